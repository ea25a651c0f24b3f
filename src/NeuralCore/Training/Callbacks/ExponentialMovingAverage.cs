namespace NeuralCore.Training;

/// <summary>
/// Averages the weights after every step: <c>average += (w - average)(1 - d)</c>, from the weights at the start of the fit on.
/// </summary>
/// <remarks>
/// With the warm-up, <c>d = min(decay, (1 + n) / (10 + n))</c> in update n, so that the initial weights are soon forgotten; without it
/// <c>d = decay</c>, as Keras' <c>use_ema</c> with SwapEMAWeights. Source: Polyak and Juditsky 1992; the warm-up is that of TensorFlow's
/// ExponentialMovingAverage.
/// </remarks>
public sealed class ExponentialMovingAverage : WeightAveraging
{
    /// <summary>Describes the average.</summary>
    /// <param name="decay">The share of the average that a step keeps: at least 0, below 1; near 1, such as 0.999.</param>
    /// <param name="warmUp">Whether the decay rises to its value in the first steps.</param>
    /// <param name="validate">Whether validation during the fit uses the averaged weights.</param>
    /// <param name="swapAtEnd">Whether the averaged weights replace the trained ones when the fit ends.</param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is out of range.</exception>
    public ExponentialMovingAverage(double decay = 0.999, bool warmUp = true, bool validate = true, bool swapAtEnd = true)
        : base(validate, swapAtEnd)
    {
        if (!(decay >= 0 && decay < 1))
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "The decay must be at least 0 and below 1.");
        Decay = decay;
        WarmUp = warmUp;
    }

    /// <summary>The share of the average that a step keeps.</summary>
    public double Decay { get; }

    /// <summary>Whether the decay rises to its value in the first steps.</summary>
    public bool WarmUp { get; }

    /// <inheritdoc/>
    protected internal override string? Settings => FormattableString.Invariant(
        $"decay {Decay}, warmUp {WarmUp}, validate {Validate}, swapAtEnd {SwapAtEnd}");

    /// <inheritdoc/>
    public override void OnStepEnd(FitContext context)
    {
        double update = UpdateCount + 1;
        Update(1 - (WarmUp ? Math.Min(Decay, (1 + update) / (10 + update)) : Decay));
    }
}
