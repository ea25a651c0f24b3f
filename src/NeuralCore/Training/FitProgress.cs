namespace NeuralCore.Training;

/// <summary>The progress of a fit after a step.</summary>
public readonly record struct FitProgress
{
    /// <summary>The current epoch, from 1, within this fit.</summary>
    public required int Epoch { get; init; }

    /// <summary>How many epochs this fit has.</summary>
    public required int Epochs { get; init; }

    /// <summary>The steps taken in this epoch.</summary>
    public required int Step { get; init; }

    /// <summary>The steps of an epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>The rows trained on in this epoch.</summary>
    public required int Samples { get; init; }

    /// <summary>The rows of an epoch.</summary>
    public required int SamplesPerEpoch { get; init; }

    /// <summary>The mean loss of this epoch so far.</summary>
    public required double Loss { get; init; }

    /// <summary>
    /// The first metric of this epoch so far; NaN without metrics, and for a metric that needs all rows together
    /// (<see cref="Metrics.IMetric.KeepsRows"/>).
    /// </summary>
    public required double FirstMetric { get; init; }

    /// <summary>How long this fit has been running.</summary>
    public required TimeSpan Elapsed { get; init; }
}
