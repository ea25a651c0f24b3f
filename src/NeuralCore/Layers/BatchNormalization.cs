using System.Runtime.CompilerServices;
using NeuralCore.Initializers;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// Normalizes each column of a batch of vectors: <c>y = (x - μ) γ / sqrt(σ² + ε) + β</c>, with μ and σ² the column's mean and variance over
/// the batch in training, and their moving averages in prediction.
/// </summary>
/// <remarks>
/// <para>Source: Ioffe and Szegedy 2015. The moving averages follow Keras: <c>moving = momentum · moving + (1 - momentum) · batch</c> with
/// the variance over n. PyTorch's <c>momentum</c> is 1 - ours (its default 0.1 is 0.9 here), its ε is 1e-5, and its running variance is
/// over n - 1.</para>
/// <para>As in Keras, a frozen layer (<see cref="Layer.Trainable"/> false) uses the moving averages in training too and does not change
/// them.</para>
/// <para>Gradients, with x̂ the normalized input and means over the batch: <c>dx = γ / sqrt(σ² + ε) (dy - mean(dy) - x̂ mean(dy x̂))</c>,
/// <c>dγ = Σ dy x̂</c>, <c>dβ = Σ dy</c>, summed over the rows in order. In training a row's output depends on the rows of its
/// batch.</para>
/// </remarks>
public sealed unsafe class BatchNormalization : Layer
{
    private Parameter? _gamma;
    private Parameter? _beta;
    private Parameter? _movingMean;
    private Parameter? _movingVariance;

    /// <summary>Describes the layer; the defaults are Keras'.</summary>
    /// <param name="momentum">The share of the moving averages that a step keeps: at least 0, below 1.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <param name="center">Whether there is a β.</param>
    /// <param name="scale">Whether there is a γ.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public BatchNormalization(
        double momentum = 0.99, double epsilon = 1e-3, bool center = true, bool scale = true, string? name = null)
        : base(name)
    {
        if (!(momentum >= 0 && momentum < 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "The momentum must be at least 0 and below 1.");
        Momentum = momentum;
        Epsilon = SettingChecks.FiniteAndPositive(epsilon, "Epsilon");
        Center = center;
        Scale = scale;
    }

    /// <summary>The share of the moving averages that a step keeps.</summary>
    public double Momentum { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Whether there is a β.</summary>
    public bool Center { get; }

    /// <summary>Whether there is a γ.</summary>
    public bool Scale { get; }

    internal override bool? GivesProbabilities => false;

    /// <inheritdoc/>
    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        if (input.Rank != 1)
            throw builder.Reject("a vector", input, "Put a Flatten before it.");
        _gamma = Scale ? builder.AddParameter("gamma", input, new Constant(1), decayed: false) : null;
        _beta = Center ? builder.AddParameter("beta", input, new Zeros(), decayed: false) : null;
        _movingMean = builder.AddStatistic("moving_mean", input, new Zeros());
        _movingVariance = builder.AddStatistic("moving_variance", input, new Constant(1));
        _movingVariance.Rule = ValueRule.NotNegative;
        builder.FusesReLU = true;
        builder.BackwardReads = Trainable ? BackwardReads.Input : BackwardReads.None;
        builder.CanRunInPlace = !Trainable;
        builder.Scratch(4 * input.Size);
        if (Trainable)
            builder.ReduceOverBatch(BatchNormalizationKernel.Values);
        return input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void ReduceForward(in ReductionPass pass)
    {
        fixed (float* x = pass.Input, reduced = pass.Reduced)
            BatchNormalizationKernel.Moments(x + pass.Start, pass.Rows, InputShape.Size, pass.Count, reduced);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void ReduceBackward(in ReductionPass pass)
    {
        fixed (float* x = pass.Input, dy = pass.OutputGradient, reduced = pass.Reduced)
        {
            BatchNormalizationKernel.GradientSums(
                x + pass.Start, dy + pass.Start, pass.Rows, InputShape.Size, pass.Count, (float)Epsilon, reduced);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Forward(in ForwardPass pass)
    {
        int size = InputShape.Size;
        fixed (float* x = pass.Input, y = pass.Output, columns = pass.Scratch)
        {
            SetMeansAndScales(pass.Reduced, columns);
            float* beta = _beta is null ? null : _beta.Pointer;
            BatchNormalizationKernel.Forward(x, columns, columns + size, beta, y, pass.Rows, size, pass.FusesReLU);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Backward(in BackwardPass pass)
    {
        int size = InputShape.Size;
        fixed (float* x = pass.Input, dy = pass.OutputGradient, dx = pass.InputGradient, relu = pass.ReLUOutput, columns = pass.Scratch)
        {
            SetMeansAndScales(pass.Reduced, columns);
            float* meanGradient = columns + 2 * size;
            float* slope = columns + 3 * size;
            if (!pass.Reduced.IsEmpty)
            {
                BatchNormalizationKernel.Extract(pass.Reduced, BatchNormalizationKernel.MeanGradient, new(meanGradient, size));
                BatchNormalizationKernel.Extract(pass.Reduced, BatchNormalizationKernel.Slope, new(slope, size));
            }
            BatchNormalizationKernel.Backward(x, dy, columns, columns + size, meanGradient, slope, relu, dx, pass.Rows, size);
        }
    }

    /// <inheritdoc/>
    protected internal override void ComputeParameterGradients(in GradientPass pass)
    {
        // The reduction before Backward has summed over the rows.
        int value = pass.Parameter == _gamma ? BatchNormalizationKernel.ScaleGradient : BatchNormalizationKernel.ShiftGradient;
        BatchNormalizationKernel.Extract(pass.Reduced[(pass.Start * BatchNormalizationKernel.Values)..], value, pass.Gradient);
    }

    /// <inheritdoc/>
    protected internal override void UpdateStatistics(in StatisticsPass pass)
    {
        Move(_movingMean!.Values, pass.Reduced, BatchNormalizationKernel.Mean);
        Move(_movingVariance!.Values, pass.Reduced, BatchNormalizationKernel.Variance);
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe()
    {
        string text = $"momentum: {LayerDescription.Format(Momentum)}, epsilon: {LayerDescription.Format(Epsilon)}";
        return new LayerDescription("BatchNormalization", text + (Center ? "" : ", center: false") + (Scale ? "" : ", scale: false"))
            .With("momentum", Momentum).With("epsilon", Epsilon).With("center", Center).With("scale", Scale);
    }

    // Mean and scale of all columns, of the batch, or in prediction and in a frozen layer the moving ones.
    private void SetMeansAndScales(ReadOnlySpan<float> reduced, float* columns)
    {
        int size = InputShape.Size;
        Span<float> means = new(columns, size);
        Span<float> variances = new(columns + size, size);
        if (reduced.IsEmpty)
        {
            _movingMean!.Values.CopyTo(means);
            _movingVariance!.Values.CopyTo(variances);
        }
        else
        {
            BatchNormalizationKernel.Extract(reduced, BatchNormalizationKernel.Mean, means);
            BatchNormalizationKernel.Extract(reduced, BatchNormalizationKernel.Variance, variances);
        }
        BatchNormalizationKernel.Scales(_gamma is null ? null : _gamma.Pointer, columns + size, size, (float)Epsilon, columns + size);
    }

    private void Move(Span<float> moving, ReadOnlySpan<float> reduced, int value)
    {
        for (int column = 0; column < moving.Length; column++)
        {
            float batch = reduced[column * BatchNormalizationKernel.Values + value];
            moving[column] += (batch - moving[column]) * (float)(1 - Momentum);
        }
    }
}
