using NeuralCore.Randomness;

namespace NeuralCore.Layers;

/// <summary>
/// Binds the layers of one model: assigns names, numbers the layers of each kind for the random streams, propagates the shapes.
/// </summary>
internal sealed class ModelBuilder
{
    private readonly long _seed;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ordinals = new(StringComparer.Ordinal);

    internal ModelBuilder(long seed, IEnumerable<Layer> layers)
    {
        _seed = seed;
        foreach (Layer layer in layers)
        {
            if (layer.GivenName is { } given && !_names.Add(given))
                throw new ArgumentException($"Two layers are named \"{given}\". A layer's name is unique in its model.", nameof(layers));
        }
    }

    /// <summary>Binds a layer and its trailing activation, in execution order.</summary>
    /// <returns>The output shape of the last of them.</returns>
    internal Shape Bind(Layer layer, Shape input, List<Layer> running)
    {
        Shape output = BindOne(layer, input, layer.GivenName ?? FreeName(layer.Kind.ToLowerInvariant()));
        running.Add(layer);
        if (layer.TrailingActivation is { } activation)
        {
            output = BindOne(activation, output, $"{layer.Name}.{activation.Kind.ToLowerInvariant()}");
            running.Add(activation);
        }
        return output;
    }

    /// <summary>The stream of a layer that is being bound; its ordinal is the number of layers of its kind bound before it.</summary>
    internal RandomStream CreateRandomStream(Layer layer, string purpose) =>
        RandomStream.Derive((ulong)_seed, $"{layer.Kind}.{purpose}", _ordinals.GetValueOrDefault(layer.Kind));

    private Shape BindOne(Layer layer, Shape input, string name)
    {
        // Before Build, which would replace the parameters that the layer has in its other model.
        layer.CheckUnbound();
        Names.Check(layer.Kind, "the kind of a layer", name, nameof(layer));
        LayerBuilder builder = new(layer, name, this);
        Shape output = layer.Build(input, builder)
            ?? throw new InvalidOperationException(
                $"{name}: {layer.GetType().Name}.Build() returned null; it must return the shape of one output sample.");
        builder.CheckMemory(input, output);
        BoundLayer bound = builder.Finish(input, output);
        if (bound.Parameters.FirstOrDefault(parameter => !_parameters.Add(parameter.FullName)) is { } twice)
        {
            throw new ArgumentException(
                $"{name}: two weights of the model would be named \"{twice.FullName}\". "
                + "Give one of the layers another name.", nameof(layer));
        }
        layer.Bind(bound);
        _ordinals[layer.Kind] = _ordinals.GetValueOrDefault(layer.Kind) + 1;
        return output;
    }

    private string FreeName(string kind)
    {
        string name = kind;
        for (int number = 1; !_names.Add(name); number++)
            name = $"{kind}_{number}";
        return name;
    }
}
