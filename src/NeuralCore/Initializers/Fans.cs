namespace NeuralCore.Initializers;

/// <summary>
/// How many values a unit of the layer reads and how many units read a value: what the scale of initial weights depends on.
/// </summary>
/// <param name="In">Fan-in: a Dense layer's inputs.</param>
/// <param name="Out">Fan-out: a Dense layer's units.</param>
/// <remarks>A bias has the fans of its layer's kernel, which its own shape does not show: the layer states them.</remarks>
public readonly record struct Fans(long In, long Out)
{
    /// <summary>
    /// The fans that a parameter's shape shows: the two axes of a matrix [in, out]; (n, n) for a vector; with more axes, the leading ones
    /// are a receptive field that multiplies both.
    /// </summary>
    /// <param name="shape">The parameter's shape.</param>
    public static Fans Of(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        switch (shape.Rank)
        {
            case 0:
                return new(1, 1);
            case 1:
                return new(shape[0], shape[0]);
            default:
                long field = shape.Size / shape[shape.Rank - 1] / shape[shape.Rank - 2];
                return new(field * shape[shape.Rank - 2], field * shape[shape.Rank - 1]);
        }
    }
}
