using NeuralCore.Layers;
using NeuralCore.Numerics;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>
/// A random matrix with orthonormal columns, or rows where there are fewer rows than columns, times a gain: <c>Wᵀ W = gain² I</c>. With
/// more than two axes, all but the last count as rows.
/// </summary>
/// <remarks>
/// Source: Saxe, McClelland and Ganguli 2014. The orthogonal factor of a matrix of normal numbers, with the signs that make the other
/// factor's diagonal positive, as in Keras and PyTorch: every such matrix is equally likely.
/// </remarks>
public sealed class Orthogonal : Initializer
{
    /// <summary>Describes the initializer.</summary>
    /// <param name="gain">The factor; finite. PyTorch's <c>calculate_gain</c> gives sqrt(2) for ReLU.</param>
    /// <exception cref="ArgumentOutOfRangeException">The gain is NaN or infinite.</exception>
    public Orthogonal(double gain = 1) => Gain = SettingChecks.Finite(gain, "The gain");

    /// <summary>The factor.</summary>
    public double Gain { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The parameter is a vector, which has no columns to be orthogonal.</exception>
    protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Rank < 2)
        {
            throw new ArgumentException(
                $"Orthogonal initializes a matrix, got a parameter of shape {shape}. Use another initializer for a bias.", nameof(shape));
        }
        int columns = shape[shape.Rank - 1];
        int rows = values.Length / columns;
        int count = Math.Min(rows, columns);
        int length = Math.Max(rows, columns);
        double[][] vectors = new double[count][];
        for (int k = 0; k < count; k++)
        {
            vectors[k] = new double[length];
            for (int i = 0; i < length; i++)
                vectors[k][i] = stream.NormalAt((ulong)k * (ulong)length + (ulong)i);
        }
        GramSchmidt.Orthonormalize(vectors);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                values[row * columns + column] = (float)(Gain * (rows >= columns ? vectors[column][row] : vectors[row][column]));
        }
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        new LayerDescription("Orthogonal", LayerDescription.Format(Gain)).With("gain", Gain);
}
