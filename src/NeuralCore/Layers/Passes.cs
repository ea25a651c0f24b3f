using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>One panel of what a layer packs at the start of a training step.</summary>
public readonly ref struct PackPass
{
    internal PackPass(int panel, Span<float> packed)
    {
        Panel = panel;
        Packed = packed;
    }

    /// <summary>The panel to pack, from 0 to the declared count.</summary>
    public int Panel { get; }

    /// <summary>The memory that all panels share; write this panel's part only.</summary>
    public Span<float> Packed { get; }
}

/// <summary>A block of rows on its way forward. All spans are row-major, one sample after the other.</summary>
public readonly ref struct ForwardPass
{
    /// <summary>How many rows the block has.</summary>
    public required int Rows { get; init; }

    /// <summary>The index in the batch of the block's first row.</summary>
    public int FirstRow { get; init; }

    /// <summary>The training step, from 0; random draws are keyed by it.</summary>
    public long Step { get; init; }

    /// <summary>Whether this is training (dropout drops) or prediction.</summary>
    public bool IsTraining { get; init; }

    /// <summary>The block's input: [rows, input size].</summary>
    public required ReadOnlySpan<float> Input { get; init; }

    /// <summary>To be filled: [rows, output size]. Its old content is undefined.</summary>
    public required Span<float> Output { get; init; }

    /// <summary>The declared cache of the block's rows; empty in prediction.</summary>
    public Span<float> Cache { get; init; }

    /// <summary>
    /// What <see cref="Layer.Pack"/> packed in this step; empty in prediction, where the parameters are read as they stand.
    /// </summary>
    public ReadOnlySpan<float> Packed { get; init; }

    /// <summary>
    /// Whether to apply the ReLU that follows to the output as it is stored; only set for layers that declared
    /// <see cref="LayerBuilder.FusesReLU"/>.
    /// </summary>
    public bool FusesReLU { get; init; }

    /// <summary>The declared memory of the worker's own; its content is undefined.</summary>
    public Span<float> Scratch { get; init; }

    /// <summary>What <see cref="Layer.ReduceForward"/> made of the batch, column after column; empty in prediction.</summary>
    public ReadOnlySpan<float> Reduced { get; init; }

    /// <summary>
    /// The block's input for layers that skip its zeros; not given where the product is dense. Where it is, <see cref="Input"/> may not be
    /// filled.
    /// </summary>
    internal SparseInput Sparse { get; init; }
}

/// <summary>A block of rows on its way back. All spans are row-major, one sample after the other.</summary>
public readonly ref struct BackwardPass
{
    /// <summary>How many rows the block has.</summary>
    public required int Rows { get; init; }

    /// <summary>The index in the batch of the block's first row.</summary>
    public int FirstRow { get; init; }

    /// <summary>The training step, from 0: the same as in the forward pass.</summary>
    public long Step { get; init; }

    /// <summary>The block's input; empty unless the layer declared <see cref="BackwardReads.Input"/>.</summary>
    public ReadOnlySpan<float> Input { get; init; }

    /// <summary>The block's output; empty unless the layer declared <see cref="BackwardReads.Output"/>.</summary>
    public ReadOnlySpan<float> Output { get; init; }

    /// <summary>The gradient of the loss with respect to the output: [rows, output size].</summary>
    public required ReadOnlySpan<float> OutputGradient { get; init; }

    /// <summary>
    /// To be filled: the gradient with respect to the input, [rows, input size]. <see cref="Layer.Backward"/> is not called where nobody
    /// reads it.
    /// </summary>
    public required Span<float> InputGradient { get; init; }

    /// <summary>The declared cache of the block's rows, as the forward pass left it.</summary>
    public ReadOnlySpan<float> Cache { get; init; }

    /// <summary>What <see cref="Layer.Pack"/> packed in this step.</summary>
    public ReadOnlySpan<float> Packed { get; init; }

    /// <summary>
    /// The output of the ReLU before the layer: the gradient is stored as 0 where it is 0. Empty where there is none; only given to layers
    /// that declared
    /// <see cref="LayerBuilder.FusesReLU"/>.
    /// </summary>
    public ReadOnlySpan<float> ReLUOutput { get; init; }

    /// <summary>The declared memory of the worker's own; its content is undefined.</summary>
    public Span<float> Scratch { get; init; }

    /// <summary>
    /// What <see cref="Layer.ReduceForward"/> and <see cref="Layer.ReduceBackward"/> made of the batch, column after column.
    /// </summary>
    public ReadOnlySpan<float> Reduced { get; init; }
}

/// <summary>A slice of one parameter, whose gradient is to be computed over the whole batch.</summary>
public readonly ref struct GradientPass
{
    /// <summary>How many rows the batch has.</summary>
    public required int Rows { get; init; }

    /// <summary>The parameter.</summary>
    public required Parameter Parameter { get; init; }

    /// <summary>
    /// The slice's first index: the parameter's axes but the last counted as one, or a vector's elements. A [3, 3, 8, 16] kernel has 72.
    /// </summary>
    public required int Start { get; init; }

    /// <summary>How many indices the slice covers.</summary>
    public required int Count { get; init; }

    /// <summary>
    /// To be filled: the slice's gradient, row-major. Sum over the rows in order; the loss has already divided by the batch size.
    /// </summary>
    public required Span<float> Gradient { get; init; }

    /// <summary>
    /// Whether the gradient holds the sum over rows before these, which is to be continued: the sum then has the bits of one over all rows.
    /// Otherwise the gradient is overwritten.
    /// </summary>
    public bool ContinuesSum { get; init; }

    /// <summary>The declared memory of the worker's own; its content is undefined.</summary>
    public Span<float> Scratch { get; init; }

    /// <summary>
    /// What <see cref="Layer.ReduceForward"/> and <see cref="Layer.ReduceBackward"/> made of the batch, column after column.
    /// </summary>
    public ReadOnlySpan<float> Reduced { get; init; }

    /// <summary>The whole batch's input; empty unless the layer declared <see cref="BackwardReads.Input"/>.</summary>
    public ReadOnlySpan<float> Input { get; init; }

    /// <summary>The whole batch's output; empty unless the layer declared <see cref="BackwardReads.Output"/>.</summary>
    public ReadOnlySpan<float> Output { get; init; }

    /// <summary>The gradient of the loss with respect to the output, whole batch: [rows, output size].</summary>
    public required ReadOnlySpan<float> OutputGradient { get; init; }

    /// <summary>The declared cache of the whole batch.</summary>
    public ReadOnlySpan<float> Cache { get; init; }

    /// <summary>
    /// The batch's input as the forward passes kept it, for layers that skip its zeros; given, <see cref="Input"/> may not be filled.
    /// </summary>
    internal SparseInput Sparse { get; init; }
}

/// <summary>A slice of the columns of a layer's input, to be reduced over the whole batch.</summary>
public readonly ref struct ReductionPass
{
    /// <summary>How many rows the batch has.</summary>
    public required int Rows { get; init; }

    /// <summary>The slice's first column.</summary>
    public required int Start { get; init; }

    /// <summary>How many columns the slice has.</summary>
    public required int Count { get; init; }

    /// <summary>
    /// The whole batch's input: [rows, input size]. On the way back empty unless the layer declared <see cref="BackwardReads.Input"/>.
    /// </summary>
    public ReadOnlySpan<float> Input { get; init; }

    /// <summary>On the way back: the whole batch's output; empty unless the layer declared <see cref="BackwardReads.Output"/>.</summary>
    public ReadOnlySpan<float> Output { get; init; }

    /// <summary>On the way back: the gradient of the loss with respect to the whole batch's output.</summary>
    public ReadOnlySpan<float> OutputGradient { get; init; }

    /// <summary>The declared cache of the whole batch.</summary>
    public ReadOnlySpan<float> Cache { get; init; }

    /// <summary>The declared memory of the worker's own; its content is undefined.</summary>
    public Span<float> Scratch { get; init; }

    /// <summary>
    /// The declared values of each column of the slice, column after column. The way back finds what the way forward left.
    /// </summary>
    public required Span<float> Reduced { get; init; }
}

/// <summary>What a batch came to, for a layer's statistics.</summary>
public readonly ref struct StatisticsPass
{
    /// <summary>How many rows the batch has.</summary>
    public required int Rows { get; init; }

    /// <summary>What the layer's reductions made of the batch, column after column.</summary>
    public ReadOnlySpan<float> Reduced { get; init; }
}
