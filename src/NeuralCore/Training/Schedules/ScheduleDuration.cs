namespace NeuralCore.Training;

/// <summary>A time in a schedule, in epochs or in steps.</summary>
public readonly record struct ScheduleDuration
{
    private readonly int _count;
    private readonly bool _isInEpochs;

    private ScheduleDuration(int count, bool isInEpochs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _count = count;
        _isInEpochs = isInEpochs;
    }

    /// <summary>So many epochs of the fit.</summary>
    /// <param name="count">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public static ScheduleDuration OfEpochs(int count) => new(count, isInEpochs: true);

    /// <summary>So many steps.</summary>
    /// <inheritdoc cref="OfEpochs"/>
    public static ScheduleDuration OfSteps(int count) => new(count, isInEpochs: false);

    /// <summary>The duration in steps.</summary>
    /// <param name="stepsPerEpoch">How many steps an epoch has.</param>
    public long Steps(int stepsPerEpoch) => _isInEpochs ? (long)_count * stepsPerEpoch : _count;

    /// <summary>Throws if this is <c>default</c>, which is no duration.</summary>
    internal ScheduleDuration Check(string name) => _count > 0
        ? this
        : throw new ArgumentException("The duration is empty. Use ScheduleDuration.OfEpochs or OfSteps.", name);

    internal bool IsAfter(ScheduleDuration other) => _isInEpochs == other._isInEpochs && _count > other._count;

    /// <summary>The duration: <c>10 epochs</c>.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{_count} {(_isInEpochs ? "epoch" : "step")}{(_count == 1 ? "" : "s")}");
}
