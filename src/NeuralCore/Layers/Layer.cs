using System.Diagnostics;

namespace NeuralCore.Layers;

/// <summary>
/// One step of a network: its settings and its mathematics. A layer holds no activations and no counters; everything that changes is in the
/// model's parameters and in the memory that the passes provide.
/// </summary>
/// <remarks>
/// To write a layer: derive, declare in <see cref="Build"/>, compute in <see cref="Forward"/>, <see cref="Backward"/> and (with parameters)
/// <see cref="ComputeParameterGradients"/>, and check it with <c>NeuralCore.Diagnostics.GradientCheck</c>. A row of a batch must be
/// computed from that row alone, with the same operations at any position in the batch: then results are the same for any batch and any
/// number of threads.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public abstract class Layer
{
    private BoundLayer? _bound;
    private bool _trainable = true;

    /// <summary>Initializes the layer.</summary>
    /// <param name="name">
    /// The name, unique in its model; by default the kind in lower case, with a number from the second layer of the kind on.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The name is blank, longer than 200 characters, not well-formed Unicode, or has a slash or a control character.
    /// </exception>
    protected Layer(string? name = null)
    {
        if (name is not null)
            Names.Check(name, "A layer's name");
        GivenName = name;
    }

    /// <summary>
    /// The name, unique in its model: <c>dense_1</c>. Before the layer joins a model, the given name or the kind in lower case.
    /// </summary>
    public string Name => _bound?.Name ?? GivenName ?? Kind.ToLowerInvariant();

    /// <summary>
    /// Whether training changes the layer's parameters. A frozen layer still passes gradients on. It can be set at any time, also on a
    /// loaded model's layers; trainers that are compiled later follow it, and one compiled before throws until the old value is back. An
    /// activation given to the layer has a value of its own.
    /// </summary>
    public bool Trainable
    {
        get => _trainable;
        set
        {
            _trainable = value;
            foreach (Parameter parameter in Parameters)
                parameter.SetTrainable(value);
        }
    }

    /// <summary>The weights, in the order they were declared; empty before the layer joins a model.</summary>
    public IReadOnlyList<Parameter> Parameters => _bound?.Parameters ?? [];

    /// <summary>The shape of one input sample.</summary>
    /// <exception cref="InvalidOperationException">The layer is not part of a model yet.</exception>
    public Shape InputShape => Bound.InputShape;

    /// <summary>The shape of one output sample.</summary>
    /// <exception cref="InvalidOperationException">The layer is not part of a model yet.</exception>
    public Shape OutputShape => Bound.OutputShape;

    /// <summary>The kind of layer, as summaries and files name it: by default the class name.</summary>
    public virtual string Kind => GetType().Name;

    internal string? GivenName { get; }

    /// <summary>Whether the layer is part of a model.</summary>
    internal bool IsBound => _bound is not null;

    internal BoundLayer Bound =>
        _bound ?? throw new InvalidOperationException(
            $"{this} is not part of a model yet; its shapes are known once a Sequential holds it.");

    /// <summary>
    /// An activation that runs directly after this layer, as if it were next in the list; null for none. For layers such as
    /// <see cref="Dense"/> that take an activation as a setting. Its name is <c>dense.relu</c>, and the summary has no row for it.
    /// </summary>
    protected internal virtual Activation? TrailingActivation => null;

    /// <summary>Whether each output is a vector of probabilities that sum to 1; null where that is unknown, as for custom layers.</summary>
    internal virtual bool? GivesProbabilities => null;

    /// <summary>Whether the layer can skip zeros of its input.</summary>
    internal virtual bool ReadsSparseInput => false;

    /// <summary>
    /// Checks the input's shape, declares parameters and what the passes need, and returns the output's shape.
    /// </summary>
    /// <param name="input">The shape of one sample that comes in.</param>
    /// <param name="builder">Takes the declarations.</param>
    /// <returns>The shape of one sample that goes out.</returns>
    /// <exception cref="ShapeException">The layer does not accept this shape; see <see cref="LayerBuilder.Reject"/>.</exception>
    protected internal abstract Shape Build(Shape input, LayerBuilder builder);

    /// <summary>Packs one panel of the memory that this training step's passes read packed. Does nothing by default.</summary>
    /// <param name="pass">The panel and the memory to pack into.</param>
    protected internal virtual void Pack(in PackPass pass)
    {
    }

    /// <summary>Computes the output of a block of rows.</summary>
    /// <param name="pass">The block.</param>
    protected internal abstract void Forward(in ForwardPass pass);

    /// <summary>
    /// Computes, for a block of rows, the gradient of the loss with respect to the input from that with respect to the output.
    /// </summary>
    /// <param name="pass">The block.</param>
    protected internal abstract void Backward(in BackwardPass pass);

    /// <summary>
    /// Computes the gradient of a slice of one parameter, summed over all rows of the batch in order. Does nothing by default, for layers
    /// without parameters.
    /// </summary>
    /// <param name="pass">The slice.</param>
    protected internal virtual void ComputeParameterGradients(in GradientPass pass)
    {
    }

    /// <summary>
    /// Reduces a slice of the columns of the whole batch's input, rows in order, for a layer that declared
    /// <see cref="LayerBuilder.ReduceOverBatch"/>. Called in training before <see cref="Forward"/>.
    /// </summary>
    /// <param name="pass">The slice of columns.</param>
    protected internal virtual void ReduceForward(in ReductionPass pass)
    {
    }

    /// <summary>
    /// Reduces a slice of columns of the input together with the output's gradient; called before <see cref="Backward"/>.
    /// </summary>
    /// <param name="pass">The slice of columns.</param>
    protected internal virtual void ReduceBackward(in ReductionPass pass)
    {
    }

    /// <summary>
    /// Updates the statistics (<see cref="LayerBuilder.AddStatistic"/>) once per step, while the optimizer updates the weights. Not called
    /// if the loss is not finite or the layer is frozen.
    /// </summary>
    /// <param name="pass">The reduced values of the batch.</param>
    protected internal virtual void UpdateStatistics(in StatisticsPass pass)
    {
    }

    /// <summary>The layer's kind and settings, which a file stores and a factory rebuilds the layer from.</summary>
    protected internal abstract LayerDescription Describe();

    /// <summary>The layer as written in code: <c>Dense(128, ReLU)</c>.</summary>
    public override string ToString() => Description.ToString();

    /// <summary>What <see cref="Describe"/> returns, which must not be null.</summary>
    /// <exception cref="InvalidOperationException">It is null.</exception>
    internal LayerDescription Description => Describe()
        ?? throw new InvalidOperationException(
            $"{Name}: {GetType().Name}.Describe() returned null. It returns the layer's kind and settings.");

    internal void Bind(BoundLayer bound) => _bound = bound;

    internal void CheckUnbound()
    {
        if (_bound is not null)
        {
            throw new ArgumentException(
                $"{_bound.Name}: this {this} object is already part of a model. "
                + "A layer object belongs to one model; create a second one with new, or copy the whole model with Clone().");
        }
    }

    /// <summary>Detaches the layer from a model that could not be built.</summary>
    internal void Unbind() => _bound = null;

    /// <summary>
    /// A copy with the same settings that belongs to no model, for <c>model.Clone()</c>. By default a copy of all fields; a layer with a
    /// <see cref="TrailingActivation"/> must copy that too, since a layer object belongs to one model.
    /// </summary>
    protected internal virtual Layer CloneUnbound()
    {
        Layer copy = (Layer)MemberwiseClone();
        copy._bound = null;
        return copy;
    }

    private string DebuggerText => $"{Name}: {this}";
}
