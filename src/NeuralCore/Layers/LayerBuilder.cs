using NeuralCore.Initializers;
using NeuralCore.Randomness;
using NeuralCore.Regularization;

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
    /// What the backward passes read of the forward pass; the rest is passed as empty and its memory reused. Both by default. Declare as
    /// little as the layer needs.
    /// </summary>
    public BackwardReads BackwardReads { get; set; } = BackwardReads.Input | BackwardReads.Output;

    /// <summary>
    /// Whether input and output (and their gradients) may share memory: true for elementwise layers that read each element before they
    /// write it. The model uses this only where nothing else reads the overwritten values.
    /// </summary>
    public bool CanRunInPlace { get; set; }

    /// <summary>
    /// Whether the output is the input with another shape. If so, neither <see cref="Layer.Forward"/> nor <see cref="Layer.Backward"/> is
    /// called.
    /// </summary>
    public bool IsView { get; set; }

    /// <summary>
    /// Whether the layer is the rectifier: y = max(x, 0), where -0 becomes +0 and NaN stays NaN, and dx = dy where y &gt; 0, else 0. A
    /// neighbour with <see cref="FusesReLU"/> or <see cref="MaskScale"/> then applies it, and the layer itself is not called.
    /// </summary>
    public bool IsReLU { get; set; }

    /// <summary>
    /// Whether the layer can apply a ReLU as it stores its results: to its output if <see cref="ForwardPass.FusesReLU"/> is set, and the
    /// derivative of the preceding ReLU to its input's gradient if <see cref="BackwardPass.ReLUOutput"/> is not empty. This saves a pass
    /// over memory.
    /// </summary>
    public bool FusesReLU { get; set; }

    /// <summary>
    /// For a layer that in training sets elements to 0 or multiplies them by a constant, as dropout does: the constant, above 0. If the
    /// layer follows a ReLU, its output shows where both pass a gradient on, and neither is called in the backward pass.
    /// </summary>
    public float? MaskScale { get; set; }

    /// <summary>Declares a parameter. Its values are initialized once all layers of the model are known.</summary>
    /// <param name="name">The name inside the layer: <c>kernel</c>. In files the name is <c>dense_1.kernel</c>.</param>
    /// <param name="shape">
    /// The shape, row-major. Gradients are computed in slices: of rows along the last axis, or of a vector's elements.
    /// </param>
    /// <param name="initializer">Makes the initial values.</param>
    /// <param name="decayed">Whether weight decay applies; by convention true for kernels and false for biases.</param>
    /// <param name="regularizer">A penalty on the values that is added to the loss; null for none.</param>
    /// <param name="constraint">What the values satisfy after each update, column by column of the last axis; null for nothing.</param>
    /// <param name="fans">
    /// Fan-in and fan-out for the initializer; by default those of the shape. A bias states its kernel's.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The name is taken, blank, longer than 200 characters, not well-formed Unicode, or has a slash or a control character.
    /// </exception>
    public Parameter AddParameter(
        string name, Shape shape, Initializer initializer, bool decayed = true, Regularizer? regularizer = null,
        Constraint? constraint = null, Fans? fans = null)
    {
        Names.Check(name, "a parameter's name", Name);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(initializer);
        if (_parameters.Exists(p => p.Name == name))
            throw new ArgumentException($"{Name}: the parameter \"{name}\" is declared twice.", nameof(name));

        RandomStream stream = CreateRandomStream($"initial.{name}");
        Parameter parameter = new(
            name, $"{Name}.{name}", shape, initializer, fans ?? Fans.Of(shape), stream, _layer.Trainable, decayed)
        {
            Regularizer = regularizer,
            Constraint = constraint,
        };
        _parameters.Add(parameter);
        return parameter;
    }

    /// <summary>
    /// Declares values such as running means that the optimizer does not touch: saved with the weights, changed only by
    /// <see cref="Layer.UpdateStatistics"/>.
    /// </summary>
    /// <param name="name">The name inside the layer.</param>
    /// <param name="shape">The shape, row-major.</param>
    /// <param name="initializer">Makes the initial values.</param>
    /// <inheritdoc cref="AddParameter"/>
    public Parameter AddStatistic(string name, Shape shape, Initializer initializer)
    {
        Parameter parameter = AddParameter(name, shape, initializer, decayed: false);
        parameter.MakeStatistic();
        return parameter;
    }

    /// <summary>
    /// Declares that the layer mixes rows: each column of its input is reduced over the whole batch before Forward
    /// (<see cref="Layer.ReduceForward"/>) and again, together with the output's gradient, before Backward
    /// (<see cref="Layer.ReduceBackward"/>). Neither is called in prediction.
    /// </summary>
    /// <param name="valuesPerColumn">How many floats each column is reduced to, for both reductions together.</param>
    public void ReduceOverBatch(int valuesPerColumn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(valuesPerColumn, 1);
        _reduced = valuesPerColumn;
    }

    /// <summary>Declares scratch memory for each worker, which any pass may use; its content is not kept between passes.</summary>
    /// <param name="floats">How many floats.</param>
    public void Scratch(int floats)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(floats);
        _scratch = floats;
    }

    /// <summary>
    /// Declares memory that <see cref="Layer.Forward"/> writes and <see cref="Layer.Backward"/> and
    /// <see cref="Layer.ComputeParameterGradients"/> read.
    /// </summary>
    /// <param name="floats">How many floats for each sample.</param>
    public void CachePerSample(int floats)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(floats);
        _cachePerSample = floats;
    }

    /// <summary>
    /// Declares memory that <see cref="Layer.Pack"/> fills at the start of each training step, panel by panel, by several workers.
    /// </summary>
    /// <param name="panels">How many panels, each written by one call.</param>
    /// <param name="floats">The length of the memory that all panels share.</param>
    /// <param name="forBackwardOnly">
    /// Whether only <see cref="Layer.Backward"/> reads it: then nothing is packed where the input's gradient is not needed.
    /// </param>
    public void DeclarePacking(int panels, int floats, bool forBackwardOnly = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(panels);
        ArgumentOutOfRangeException.ThrowIfNegative(floats);
        _packedForBackwardOnly = forBackwardOnly;
        _panels = panels;
        _packedLength = floats;
    }

    /// <summary>
    /// A random stream for this layer, keyed by the model's seed, the layer's kind, the purpose, and how many layers of that kind precede
    /// it. It does not depend on layers of other kinds.
    /// </summary>
    /// <param name="purpose">What the numbers are for.</param>
    public RandomStream CreateRandomStream(string purpose) => _model.CreateRandomStream(_layer, purpose);

    /// <summary>
    /// The exception for an input shape that the layer does not accept; the message starts with the layer's name and description.
    /// </summary>
    /// <param name="expected">The expected shape: <c>a vector</c>.</param>
    /// <param name="actual">The actual shape.</param>
    /// <param name="hint">The likely cause or remedy, as a sentence.</param>
    public ShapeException Reject(string expected, Shape actual, string hint) =>
        new($"{Name}: {_layer} expects {expected}, got {actual}. {hint}");

    /// <summary>Rejects declarations that would let the layer read or write outside its memory.</summary>
    internal void CheckMemory(Shape input, Shape output)
    {
        if ((IsView || CanRunInPlace) && output.Size != input.Size)
        {
            throw new InvalidOperationException(
                $"{Name}: {_layer} sets {(IsView ? nameof(IsView) : nameof(CanRunInPlace))}, so input and output share memory, "
                + $"but turns {input} ({input.Size} values) into {output} ({output.Size} values). "
                + "Set it only where both have the same size.");
        }
    }

    internal BoundLayer Finish(Shape input, Shape output) => new()
    {
        Name = Name,
        InputShape = input,
        OutputShape = output,
        // A copy: declarations after Build have no effect.
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
