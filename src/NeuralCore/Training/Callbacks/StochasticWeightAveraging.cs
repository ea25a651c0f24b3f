namespace NeuralCore.Training;

/// <summary>
/// The mean of the weights at the ends of epochs, from an epoch on (SWA): <c>average += (w - average) / n</c> in the n-th of them.
/// </summary>
/// <remarks>
/// <para>
/// Meant for a learning rate that stays high in those epochs: <c>new PiecewiseConstant((ScheduleDuration.OfEpochs(15), 0.5))</c>, or
/// <see cref="CosineDecay"/> with restarts. Source: Izmailov et al. 2018; PyTorch's AveragedModel.
/// </para>
/// <para>
/// The running statistics of batch normalisation belong to the trained weights, not to their mean, and have to be computed anew (PyTorch's
/// <c>update_bn</c>): train the final model for an epoch with a learning rate of 0, <c>model.Compile(new Sgd(0), loss).Fit(data)</c>, which
/// changes nothing but the statistics. Validation during the fit uses the old ones.
/// </para>
/// </remarks>
public sealed class StochasticWeightAveraging : WeightAveraging
{
    /// <summary>Describes the average.</summary>
    /// <param name="startEpoch">The first epoch of the fit whose final weights are part of the mean, from 1.</param>
    /// <param name="everyEpochs">Take the weights of every so many epochs; at least 1.</param>
    /// <param name="validate">Whether validation during the fit uses the averaged weights.</param>
    /// <param name="swapAtEnd">Whether the averaged weights replace the trained ones when the fit ends.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public StochasticWeightAveraging(int startEpoch, int everyEpochs = 1, bool validate = true, bool swapAtEnd = true)
        : base(validate, swapAtEnd)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(startEpoch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(everyEpochs, 1);
        StartEpoch = startEpoch;
        EveryEpochs = everyEpochs;
    }

    /// <summary>The first epoch of the fit whose final weights are part of the mean.</summary>
    public int StartEpoch { get; }

    /// <summary>The weights of every so many epochs are taken.</summary>
    public int EveryEpochs { get; }

    /// <inheritdoc/>
    protected internal override string? Settings => FormattableString.Invariant(
        $"startEpoch {StartEpoch}, everyEpochs {EveryEpochs}, validate {Validate}, swapAtEnd {SwapAtEnd}");

    /// <inheritdoc/>
    public override void OnFitBegin(FitContext context)
    {
        base.OnFitBegin(context);
        if (!context.IsResumed && StartEpoch > context.Epochs)
            throw new InvalidOperationException(
                $"Averaging starts in epoch {StartEpoch}, but the fit has {context.Epochs} epochs. Start it earlier.");
    }

    internal override void OnValidationBegin(FitContext context)
    {
        int epoch = context.EpochOfFit;
        if (epoch >= StartEpoch && (epoch - StartEpoch) % EveryEpochs == 0)
            Update(1.0 / (UpdateCount + 1));
        base.OnValidationBegin(context);
    }
}
