using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>How a parameter's initial values are made: settings without state.</summary>
public abstract class Initializer
{
    /// <summary>Fills a parameter with its initial values. The same stream gives the same values.</summary>
    /// <param name="values">The values, row-major; zero before the call.</param>
    /// <param name="shape">The parameter's shape.</param>
    /// <param name="stream">The parameter's own random stream.</param>
    protected internal abstract void Initialize(Span<float> values, Shape shape, RandomStream stream);

    /// <summary>The kind and settings, for files.</summary>
    protected internal abstract LayerDescription Describe();

    /// <summary>The initializer as written in code.</summary>
    public override string ToString() => Describe().ToString();

    /// <summary>
    /// Fan-in and fan-out of a parameter: the two axes of a matrix [in, out]; (n, n) for a vector; with more axes, the leading ones are a
    /// receptive field that multiplies both.
    /// </summary>
    /// <param name="shape">The parameter's shape.</param>
    protected static (long FanIn, long FanOut) Fans(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        switch (shape.Rank)
        {
            case 0:
                return (1, 1);
            case 1:
                return (shape[0], shape[0]);
            default:
                long field = shape.Size / shape[shape.Rank - 1] / shape[shape.Rank - 2];
                return (field * shape[shape.Rank - 2], field * shape[shape.Rank - 1]);
        }
    }
}
