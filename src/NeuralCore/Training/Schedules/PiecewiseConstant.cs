namespace NeuralCore.Training;

/// <summary>One factor after the other: 1 up to the first boundary, then the factor given for it, and so on.</summary>
/// <remarks>Keras' PiecewiseConstantDecay (which takes rates); PyTorch's MultiStepLR (which takes one factor for all).</remarks>
public sealed class PiecewiseConstant : LearningRateSchedule
{
    private readonly (ScheduleDuration From, double Factor)[] _pieces;

    /// <summary>Describes the schedule.</summary>
    /// <param name="pieces">From when on each factor holds, the earliest first; all in epochs or all in steps.</param>
    /// <exception cref="ArgumentException">
    /// There is no piece, a factor is out of range, or the boundaries are not in order or not in one unit.
    /// </exception>
    public PiecewiseConstant(params (ScheduleDuration From, double Factor)[] pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        if (pieces.Length == 0)
            throw new ArgumentException("A piecewise constant schedule needs at least one boundary.", nameof(pieces));
        _pieces = [.. pieces];
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i].From.Check(nameof(pieces));
            CheckFactor(pieces[i].Factor, nameof(pieces));
            if (i > 0 && !pieces[i].From.IsAfter(pieces[i - 1].From))
            {
                throw new ArgumentException(
                    $"Each boundary must be later than the one before, in the same unit: {pieces[i].From} follows {pieces[i - 1].From}.",
                    nameof(pieces));
            }
        }
    }

    /// <summary>From when on each factor holds.</summary>
    public IReadOnlyList<(ScheduleDuration From, double Factor)> Pieces => _pieces;

    /// <inheritdoc/>
    public override double FactorAt(SchedulePosition position)
    {
        double factor = 1;
        foreach ((ScheduleDuration from, double next) in _pieces)
        {
            if (position.Step >= from.Steps(position.StepsPerEpoch))
                factor = next;
        }
        return factor;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"PiecewiseConstant({string.Join(", ", _pieces.Select(piece => FormattableString.Invariant($"{piece.From}: {piece.Factor}")))})";
}
