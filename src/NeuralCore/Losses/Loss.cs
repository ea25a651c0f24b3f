using NeuralCore.Layers;

namespace NeuralCore.Losses;

/// <summary>
/// What training minimizes: a value for each row, computed from the row's prediction and target and averaged over the batch. Settings
/// without state.
/// </summary>
/// <typeparam name="TTarget"><see cref="int"/> for class indices, <see cref="float"/> for rows of values such as one-hot.</typeparam>
public abstract class Loss<TTarget>
    where TTarget : unmanaged
{
    /// <summary>The loss's name in messages and files: by default the class name.</summary>
    public virtual string Name => GetType().Name.Split('`')[0];

    /// <summary>Checks that the loss accepts predictions of this shape, and returns how many target values a row has.</summary>
    /// <param name="prediction">The shape of one prediction.</param>
    /// <exception cref="ShapeException">The loss does not accept this shape.</exception>
    public abstract int TargetWidth(Shape prediction);

    /// <summary>Checks rows of targets; called before they are used.</summary>
    /// <param name="targets">The targets: [rows, target width].</param>
    /// <param name="prediction">The shape of one prediction.</param>
    /// <param name="firstRow">The number of the first row in messages.</param>
    /// <exception cref="ArgumentException">A target is out of range: the message names the row and the value.</exception>
    protected internal abstract void CheckTargets(ReadOnlySpan<TTarget> targets, Shape prediction, int firstRow);

    /// <summary>Computes each row's loss and, if requested, its gradient with respect to the prediction.</summary>
    /// <param name="pass">A block of rows; the targets have been checked.</param>
    protected internal abstract void Evaluate(in LossPass<TTarget> pass);

    /// <summary>
    /// This loss fused with the layer that precedes it, for speed and accuracy; null where they cannot be fused. The unfused form must
    /// agree with it.
    /// </summary>
    /// <param name="last">The last layer of the network.</param>
    /// <exception cref="ArgumentException">The loss and the layer contradict each other.</exception>
    protected internal virtual FusedLoss<TTarget>? FuseWith(Layer last) => null;

    /// <summary>Checks that the loss fits a network's last layers; called once, by Compile.</summary>
    /// <param name="layers">The layers in the order they run.</param>
    /// <exception cref="ArgumentException">The loss and the layers contradict each other.</exception>
    internal virtual void CheckNetwork(IReadOnlyList<Layer> layers)
    {
    }

    /// <summary>
    /// The loss with its settings. A checkpoint resumes only if this text is the same, so a custom loss writes every setting into it.
    /// </summary>
    public override string ToString() => Name;
}

/// <summary>A loss fused with the layer that precedes it.</summary>
/// <inheritdoc cref="Loss{TTarget}"/>
public abstract class FusedLoss<TTarget>
    where TTarget : unmanaged
{
    /// <summary>Computes the layer's output, each row's loss and, if requested, the gradient with respect to the layer's input.</summary>
    /// <param name="pass">A block of rows; the targets have been checked.</param>
    protected internal abstract void Evaluate(in FusedLossPass<TTarget> pass);
}

/// <summary>A block of rows for a loss.</summary>
/// <inheritdoc cref="Loss{TTarget}"/>
public readonly ref struct LossPass<TTarget>
    where TTarget : unmanaged
{
    /// <summary>How many rows the block has.</summary>
    public required int Rows { get; init; }

    /// <summary>The predictions: [rows, classes].</summary>
    public required ReadOnlySpan<float> Predictions { get; init; }

    /// <summary>The targets: [rows, target width].</summary>
    public required ReadOnlySpan<TTarget> Targets { get; init; }

    /// <summary>To be filled: one loss per row, not divided by the batch size.</summary>
    public required Span<double> RowLosses { get; init; }

    /// <summary>
    /// To be filled: the gradient with respect to the predictions, times <see cref="GradientScale"/>. Empty when only the loss is needed.
    /// </summary>
    public Span<float> Gradient { get; init; }

    /// <summary>1 / (rows of the whole batch), which makes the gradient that of the mean.</summary>
    public float GradientScale { get; init; }
}

/// <summary>A block of rows for a fused loss.</summary>
/// <inheritdoc cref="Loss{TTarget}"/>
public readonly ref struct FusedLossPass<TTarget>
    where TTarget : unmanaged
{
    /// <inheritdoc cref="LossPass{TTarget}.Rows"/>
    public required int Rows { get; init; }

    /// <summary>The layer's input: [rows, layer's input size].</summary>
    public required ReadOnlySpan<float> LayerInput { get; init; }

    /// <summary>To be filled: the layer's output, which metrics read. Empty when nothing reads it.</summary>
    public required Span<float> Predictions { get; init; }

    /// <inheritdoc cref="LossPass{TTarget}.Targets"/>
    public required ReadOnlySpan<TTarget> Targets { get; init; }

    /// <inheritdoc cref="LossPass{TTarget}.RowLosses"/>
    public required Span<double> RowLosses { get; init; }

    /// <summary>
    /// To be filled: the gradient with respect to the layer's input, times <see cref="GradientScale"/>. Empty when only the loss is needed.
    /// </summary>
    public Span<float> LayerInputGradient { get; init; }

    /// <inheritdoc cref="LossPass{TTarget}.GradientScale"/>
    public float GradientScale { get; init; }
}
