namespace NeuralCore.Layers;

/// <summary>
/// A layer without parameters that keeps the shape: it stands in the list on its own, or is given to a
/// <see cref="Dense"/>, with the same bits either way.
/// </summary>
public abstract class Activation : Layer
{
    /// <inheritdoc cref="Layer(string?)"/>
    protected Activation(string? name = null)
        : base(name)
    {
    }
}
