using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>Sets every value to one constant.</summary>
public sealed class Constant : Initializer
{
    /// <summary>Describes the initializer.</summary>
    /// <param name="value">The value; finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public Constant(double value)
    {
        if (!float.IsFinite((float)value))
            throw new ArgumentOutOfRangeException(nameof(value), value, "The value must be finite.");
        Value = (float)value;
    }

    /// <summary>The value.</summary>
    public float Value { get; }

    /// <inheritdoc/>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) => values.Fill(Value);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        new LayerDescription("Constant", LayerDescription.Format(Value)).With("value", Value);
}
