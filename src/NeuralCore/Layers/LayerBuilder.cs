using NeuralCore.Initializers;
using NeuralCore.Randomness;

namespace NeuralCore.Layers;

/// <summary>What <see cref="Layer.Backward"/> and <see cref="Layer.ComputeParameterGradients"/> read of the forward pass.</summary>
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
    private int _packedLength;
    private int _reduced;
    private int _scratch;
    private int _panels;
    private bool _packedForBackwardOnly;

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

    /// <summary>
    /// Whether the layer is the rectifier, y = max(x, 0) with -0 as +0 and NaN kept, and dx = dy where y &gt; 0, else 0. A neighbour with
    /// <see cref="FusesReLU"/> or <see cref="MaskScale"/> then does the layer's work, and the layer is not called.
    /// </summary>
    public bool IsReLU { get; set; }

    /// <summary>
    /// Whether the layer can apply a ReLU as it stores its results: to its output where <see cref="ForwardPass.FusesReLU"/> is set, and the derivative of the
    /// ReLU before it to its input's gradient where <see cref="BackwardPass.ReLUOutput"/> is not empty. One pass over memory less.
    /// </summary>
    public bool FusesReLU { get; set; }

    /// <summary>
    /// For a layer that in training sets elements to 0 or multiplies them by a constant, as dropout does: the constant, above 0. After a ReLU its output then
    /// tells where both let a gradient through, and neither is called on the way back.
    /// </summary>
    public float? MaskScale { get; set; }

    /// <summary>Declares a parameter. Its values are drawn once all layers of the model are known.</summary>
    /// <param name="name">The name inside the layer: <c>kernel</c>. In files it reads <c>dense_1.kernel</c>.</param>
    /// <param name="shape">The shape, row-major; gradients are computed in slices: of rows of the last axis, or of a vector's elements.</param>
    /// <param name="initializer">What the first values are.</param>
    /// <param name="decayed">Whether weight decay applies; by convention to kernels, not to biases.</param>
    /// <exception cref="ArgumentException">
    /// The name is taken, blank, longer than 200 characters, not well-formed Unicode, or has a slash or a control character.
    /// </exception>
    public Parameter AddParameter(string name, Shape shape, Initializer initializer, bool decayed = true)
    {
        Names.Check(name, "a parameter's name", Name);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(initializer);
        if (_parameters.Exists(p => p.Name == name))
            throw new ArgumentException($"{Name}: the parameter \"{name}\" is declared twice.", nameof(name));

        RandomStream stream = CreateRandomStream($"initial.{name}");
        Parameter parameter = new(name, $"{Name}.{name}", shape, initializer, stream, _layer.Trainable, decayed);
        _parameters.Add(parameter);
        return parameter;
    }

    /// <summary>
    /// Declares values that training keeps but the optimizer does not touch, such as running means: saved with the weights, changed only by
    /// <see cref="Layer.UpdateStatistics"/>.
    /// </summary>
    /// <inheritdoc cref="AddParameter"/>
    public Parameter AddStatistic(string name, Shape shape, Initializer initializer)
    {
        Parameter parameter = AddParameter(name, shape, initializer, decayed: false);
        parameter.MakeStatistic();
        return parameter;
    }

    /// <summary>
    /// Declares that the layer mixes rows: before its Forward it reduces each column of its input over the whole batch
    /// (<see cref="Layer.ReduceForward"/>), and before its Backward again, with the output's gradient (<see cref="Layer.ReduceBackward"/>). In prediction
    /// neither is called.
    /// </summary>
    /// <param name="valuesPerColumn">How many floats each column comes to, for both together.</param>
    public void ReduceOverBatch(int valuesPerColumn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(valuesPerColumn, 1);
        _reduced = valuesPerColumn;
    }

    /// <summary>Declares memory of each worker's own, which any pass may use and whose content it does not keep.</summary>
    /// <param name="floats">How many floats.</param>
    public void Scratch(int floats)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(floats);
        _scratch = floats;
    }

    /// <summary>Declares memory that <see cref="Layer.Forward"/> writes and <see cref="Layer.Backward"/> and <see cref="Layer.ComputeParameterGradients"/> read.</summary>
    /// <param name="floats">How many floats for each sample.</param>
    public void CachePerSample(int floats)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(floats);
        _cachePerSample = floats;
    }

    /// <summary>Declares memory that <see cref="Layer.Pack"/> fills at the start of each training step, panel by panel, by several workers.</summary>
    /// <param name="panels">How many panels, each written by one call.</param>
    /// <param name="floats">The length of the memory that all panels share.</param>
    /// <param name="forBackwardOnly">Whether only <see cref="Layer.Backward"/> reads it: then nothing is packed where nobody wants the input's gradient.</param>
    public void DeclarePacking(int panels, int floats, bool forBackwardOnly = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(panels);
        ArgumentOutOfRangeException.ThrowIfNegative(floats);
        _packedForBackwardOnly = forBackwardOnly;
        _panels = panels;
        _packedLength = floats;
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

    /// <summary>Refuses declarations by which the layer would read or write beyond the memory it is handed.</summary>
    internal void CheckMemory(Shape input, Shape output)
    {
        if ((IsView || CanRunInPlace) && output.Size != input.Size)
        {
            throw new InvalidOperationException(
                $"{Name}: {_layer} sets {(IsView ? nameof(IsView) : nameof(CanRunInPlace))}, so that input and output share memory, "
                + $"but turns {input} ({input.Size} values) into {output} ({output.Size} values). Set it only where both have the same size.");
        }
    }

    internal BoundLayer Finish(Shape input, Shape output) => new()
    {
        Name = Name,
        InputShape = input,
        OutputShape = output,
        // A copy: whatever a layer declares after Build has no memory.
        Parameters = _parameters.ToArray(),
        BackwardReads = BackwardReads,
        IsView = IsView,
        CanRunInPlace = CanRunInPlace,
        IsReLU = IsReLU && _parameters.Count == 0,
        FusesReLU = FusesReLU,
        MaskScale = _parameters.Count == 0 ? MaskScale : null,
        CachePerSample = _cachePerSample,
        Reduced = _reduced,
        Scratch = _scratch,
        PackedLength = _packedLength,
        Panels = _panels,
        PackedForBackwardOnly = _packedForBackwardOnly,
    };
}
