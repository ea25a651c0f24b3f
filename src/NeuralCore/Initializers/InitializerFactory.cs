using NeuralCore.Layers;

namespace NeuralCore.Initializers;

/// <summary>Rebuilds the library's initializers from their descriptions.</summary>
internal static class InitializerFactory
{
    /// <summary>
    /// The described initializer; null for null. An unknown one (a user's own) becomes null as well, the default of the layer that asks: a
    /// model that is being rebuilt gets its weights from elsewhere.
    /// </summary>
    internal static Initializer? Create(LayerDescription? description) => description?.Kind switch
    {
        "GlorotUniform" => new GlorotUniform(),
        "HeNormal" => new HeNormal(),
        "Zeros" => new Zeros(),
        "Constant" => new Constant((float)description.GetDouble("value")),
        _ => null,
    };
}
