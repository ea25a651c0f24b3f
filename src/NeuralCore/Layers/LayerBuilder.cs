using NeuralCore.Initializers;
using NeuralCore.Randomness;

namespace NeuralCore.Layers;

/// <summary>What <see cref="Layer.Backward"/> and <see cref="Layer.AccumulateGradients"/> read of the forward pass.</summary>
[Flags]
public enum BackwardReads
{
    /// <summary>Neither input nor output.</summary>
    None = 0,

    /// <summary>The input of the layer.</summary>
    Input = 1,

    /// <summary>The output of the layer.</summary>
    Output = 2,
}

/// <summary>Takes a layer's declarations while a model is built: parameters, memory, and what its passes read.</summary>
public sealed class LayerBuilder
{
    private readonly Layer _layer;
    private readonly ModelBuilder _model;
    private readonly List<Parameter> _parameters = [];
    private int _cachePerSample;
    private int _preparedLength;
    private int _panels;
    private bool _preparedForBackwardOnly;

    internal LayerBuilder(Layer layer, string name, ModelBuilder model)
    {
        _layer = layer;
        _model = model;
        Name = name;
    }

    /// <summary>The layer's name in its model.</summary>
    public string Name { get; }

    /// <summary>
    /// What the backward passes read of the forward pass; the rest is handed out empty and its memory used again.
    /// Both by default. Declare as little as the layer needs.
    /// </summary>
    public BackwardReads BackwardReads { get; set; } = BackwardReads.Input | BackwardReads.Output;

    /// <summary>
    /// Whether input and output (and their gradients) may share memory: true for elementwise layers that read each
    /// element before they write it. The model uses it only where nobody else needs the overwritten values.
    /// </summary>
    public bool CanRunInPlace { get; set; }

    /// <summary>Whether the output is the input under another shape. Neither <see cref="Layer.Forward"/> nor <see cref="Layer.Backward"/> is called then.</summary>
    public bool IsView { get; set; }

    /// <summary>Declares a parameter. Its values are drawn once all layers of the model are known.</summary>
    /// <param name="name">The name inside the layer: <c>kernel</c>. In files it reads <c>dense_1.kernel</c>.</param>
    /// <param name="shape">The shape, row-major; gradients are computed in slices of the first axis.</param>
    /// <param name="initializer">What the first values are.</param>
    /// <param name="decayed">Whether weight decay applies; by convention to kernels, not to biases.</param>
    /// <exception cref="ArgumentException">The name is taken, blank, longer than 200 characters, not well-formed Unicode, or has a slash or a control character.</exception>
    public Parameter AddParameter(string name, Shape shape, Initializer initializer, bool decayed = true)
    {
        Names.Check(name, $"{Name}: a parameter's name");
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(initializer);
        if (_parameters.Exists(p => p.Name == name))
            throw new ArgumentException($"{Name}: the parameter \"{name}\" is declared twice.", nameof(name));

        RandomStream stream = CreateRandomStream($"initial.{name}");
        Parameter parameter = new(name, $"{Name}.{name}", shape, initializer, stream, _layer.Trainable, decayed);
        _parameters.Add(parameter);
        return parameter;
    }

    /// <summary>Declares memory that <see cref="Layer.Forward"/> writes and <see cref="Layer.Backward"/> and <see cref="Layer.AccumulateGradients"/> read.</summary>
    /// <param name="floats">How many floats for each sample.</param>
    public void CachePerSample(int floats)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(floats);
        _cachePerSample = floats;
    }

    /// <summary>Declares memory that <see cref="Layer.Prepare"/> fills at the start of each training step, panel by panel, by several workers.</summary>
    /// <param name="panels">How many panels, each written by one call.</param>
    /// <param name="floats">The length of the memory that all panels share.</param>
    /// <param name="forBackwardOnly">Whether only <see cref="Layer.Backward"/> reads it: then nothing is packed where nobody wants the input's gradient.</param>
    public void PrepareInPanels(int panels, int floats, bool forBackwardOnly = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(panels);
        ArgumentOutOfRangeException.ThrowIfNegative(floats);
        _preparedForBackwardOnly = forBackwardOnly;
        _panels = panels;
        _preparedLength = floats;
    }

    /// <summary>
    /// A random stream of this layer's own: keyed by the model's seed, the layer's kind, the purpose, and how many layers of
    /// that kind stand before it; not by its place in the list, so other layers come and go without changing it.
    /// </summary>
    /// <param name="purpose">What the numbers are for.</param>
    public RandomStream CreateRandomStream(string purpose) => _model.CreateRandomStream(_layer, purpose);

    /// <summary>The exception for an input shape that the layer cannot take, with the layer's name and text in front.</summary>
    /// <param name="expected">What the layer takes: <c>a vector</c>.</param>
    /// <param name="actual">What came.</param>
    /// <param name="hint">The likely cause or cure, a whole sentence.</param>
    public ShapeException Reject(string expected, Shape actual, string hint) => new($"{Name}: {_layer} expects {expected}, got {actual}. {hint}");

    internal BoundLayer Finish(Shape input, Shape output) => new()
    {
        Name = Name,
        InputShape = input,
        OutputShape = output,
        Parameters = _parameters.AsReadOnly(),
        BackwardReads = BackwardReads,
        IsView = IsView,
        CanRunInPlace = CanRunInPlace,
        CachePerSample = _cachePerSample,
        PreparedLength = _preparedLength,
        Panels = _panels,
        PreparedForBackwardOnly = _preparedForBackwardOnly,
    };
}
