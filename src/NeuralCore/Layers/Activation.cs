namespace NeuralCore.Layers;

/// <summary>
/// A layer without parameters that keeps the shape. It is either an entry in the list of layers or a setting of a <see cref="Dense"/>, with
/// the same bits either way.
/// </summary>
public abstract class Activation : Layer
{
    /// <inheritdoc cref="Layer(string?)"/>
    protected Activation(string? name = null)
        : base(name)
    {
    }
}
