using System.Collections.Frozen;
using NeuralCore.Initializers;
using NeuralCore.Regularization;

namespace NeuralCore.Layers;

/// <summary>Rebuilds layers from their descriptions, with one function for each kind and without reflection.</summary>
public sealed class LayerFactory
{
    private readonly FrozenDictionary<string, Func<LayerDescription, LayerFactory, string?, Layer>> _factories;

    private LayerFactory(IEnumerable<KeyValuePair<string, Func<LayerDescription, LayerFactory, string?, Layer>>> factories)
    {
        _factories = factories.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The factory of the library's layers.</summary>
    public static LayerFactory BuiltIn { get; } = new(
    [
        new("Dense", (description, factory, name) => new Dense(
            description.GetInt32("units"),
            description.GetDescription("activation") is { } activation ? factory.CreateActivation(activation) : null,
            InitializerFactory.Create(description.GetDescription("kernelInitializer")),
            InitializerFactory.Create(description.GetDescription("biasInitializer")),
            description.GetBoolean("useBias"),
            Regularizer.From(description.GetDescription("kernelRegularizer")),
            Regularizer.From(description.GetDescription("biasRegularizer")),
            Constraint.From(description.GetDescription("kernelConstraint")),
            name)),
        new("ReLU", (_, _, name) => new ReLU(name)),
        new("LeakyReLU", (description, _, name) => new LeakyReLU((float)description.GetDouble("negativeSlope"), name)),
        new("ELU", (description, _, name) => new ELU((float)description.GetDouble("alpha"), name)),
        new("SELU", (_, _, name) => new SELU(name)),
        new("GELU", (description, _, name) => new GELU(description.GetBoolean("approximate"), name)),
        new("SiLU", (_, _, name) => new SiLU(name)),
        new("Mish", (_, _, name) => new Mish(name)),
        new("Softplus", (_, _, name) => new Softplus(name)),
        new("Sigmoid", (_, _, name) => new Sigmoid(name)),
        new("Tanh", (_, _, name) => new Tanh(name)),
        new("Softmax", (_, _, name) => new Softmax(name)),
        new("LogSoftmax", (_, _, name) => new LogSoftmax(name)),
        new("Dropout", (description, _, name) => new Dropout(description.GetDouble("rate"), name)),
        new("Flatten", (_, _, name) => new Flatten(name)),
        new("BatchNormalization", (description, _, name) => new BatchNormalization(
            description.GetDouble("momentum"), description.GetDouble("epsilon"), description.GetBoolean("center"),
            description.GetBoolean("scale"), name)),
        new("LayerNormalization", (description, _, name) => new LayerNormalization(
            description.GetDouble("epsilon"), description.GetBoolean("center"), description.GetBoolean("scale"), name)),
        new("GaussianNoise", (description, _, name) => new GaussianNoise(description.GetDouble("standardDeviation"), name)),
        new("Embedding", (description, _, name) => Embedding.From(description, name)),
        new("StandardScaler", (description, _, name) => new StandardScaler(ColumnsOf(description), name).AsLoaded()),
        new("MinMaxScaler", (description, _, name) => new MinMaxScaler(
            ColumnsOf(description), (float)description.GetDouble("lower"), (float)description.GetDouble("upper"), name).AsLoaded()),
        new("Imputer", (description, _, name) => new Imputer(
            description.GetEnum<ImputeStrategy>("strategy"), ColumnsOf(description), (float)description.GetDouble("fillValue"), name)
            .AsLoaded()),
        new("OneHotEncoder", (description, _, name) => new OneHotEncoder(
            ColumnsOf(description), OneHotEncoder.ParseCounts(description.GetString("categories")), name).AsLoaded()),
    ]);

    /// <summary>Returns a factory with one more kind of layer.</summary>
    /// <param name="kind">The <see cref="Layer.Kind"/> in the layer's description.</param>
    /// <param name="create">Creates the layer from its description and its name.</param>
    /// <exception cref="ArgumentException">The factory already has this kind.</exception>
    public LayerFactory With(string kind, Func<LayerDescription, string?, Layer> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentNullException.ThrowIfNull(create);
        if (_factories.ContainsKey(kind))
            throw new ArgumentException($"The factory already knows the kind \"{kind}\".", nameof(kind));
        return new LayerFactory(_factories.Append(new(kind, (description, _, name) => create(description, name))));
    }

    /// <summary>Creates a layer from its description.</summary>
    /// <param name="description">The description that the layer returned.</param>
    /// <param name="name">The layer's name; null for the default.</param>
    /// <exception cref="NotSupportedException">The kind is unknown: add it with <see cref="With"/>.</exception>
    /// <exception cref="FormatException">A setting is missing or of the wrong type.</exception>
    public Layer Create(LayerDescription description, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(description);
        if (!_factories.TryGetValue(description.Kind, out var create))
        {
            throw new NotSupportedException(
                $"{name ?? "A layer"}: the kind \"{description.Kind}\" is unknown. "
                + $"Known are {string.Join(", ", _factories.Keys.Order(StringComparer.Ordinal))}; "
                + $"add your own layer's factory: LayerFactory.BuiltIn.With(\"{description.Kind}\", ...).");
        }
        return create(description, this, name);
    }

    private static int[]? ColumnsOf(LayerDescription description) => ColumnList.Parse(description.GetString("columns"));

    private Activation CreateActivation(LayerDescription description) =>
        Create(description) as Activation ?? throw new FormatException($"{description.Kind} is not an activation.");
}
