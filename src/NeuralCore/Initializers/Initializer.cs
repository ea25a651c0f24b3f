using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Initializers;

/// <summary>How a parameter's initial values are made: settings without state.</summary>
public abstract class Initializer
{
    /// <summary>Fills a parameter with its initial values. The same stream gives the same values.</summary>
    /// <param name="values">The values, row-major; zero before the call.</param>
    /// <param name="shape">The parameter's shape.</param>
    /// <param name="fans">Fan-in and fan-out: those of the shape, or what the layer stated for a bias.</param>
    /// <param name="stream">The parameter's own random stream.</param>
    protected internal abstract void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream);

    /// <summary>The kind and settings, for files.</summary>
    protected internal abstract LayerDescription Describe();

    /// <summary>The initializer as written in code.</summary>
    public override string ToString() => Describe().ToString();
}
