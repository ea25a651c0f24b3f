using NeuralCore.Layers;

namespace NeuralCore.Initializers;

/// <summary>Rebuilds the library's initializers from their descriptions.</summary>
internal static class InitializerFactory
{
    /// <summary>
    /// The described initializer; null for null. A user's initializer is unknown and becomes null as well, which means the layer's default:
    /// the weights of a model that is being rebuilt are loaded, not initialized.
    /// </summary>
    internal static Initializer? Create(LayerDescription? description) => description?.Kind switch
    {
        "GlorotUniform" => new GlorotUniform(),
        "GlorotNormal" => new GlorotNormal(),
        "HeUniform" => new HeUniform(),
        "HeNormal" => new HeNormal(),
        "LeCunUniform" => new LeCunUniform(),
        "LeCunNormal" => new LeCunNormal(),
        "VarianceScaling" => new VarianceScaling(
            description.GetDouble("scale"), description.GetEnum<FanMode>("mode"), description.GetEnum<ScaledDistribution>("distribution")),
        "RandomNormal" => new RandomNormal(description.GetDouble("mean"), description.GetDouble("standardDeviation")),
        "TruncatedNormal" => new TruncatedNormal(description.GetDouble("mean"), description.GetDouble("standardDeviation")),
        "RandomUniform" => new RandomUniform(description.GetDouble("minimum"), description.GetDouble("maximum")),
        "Orthogonal" => new Orthogonal(description.GetDouble("gain")),
        "Zeros" => new Zeros(),
        "Constant" => new Constant((float)description.GetDouble("value")),
        _ => null,
    };
}
