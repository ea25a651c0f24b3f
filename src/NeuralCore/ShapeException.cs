namespace NeuralCore;

/// <summary>Shapes that do not fit together: the message names the layer, what it expects, what came, and the likely cause.</summary>
public sealed class ShapeException : ArgumentException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">The layer, the expected shape, the shape that came, the likely cause.</param>
    public ShapeException(string message)
        : base(message)
    {
    }
}
