using System.Globalization;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// Ends the fit when a monitored value has not improved for some epochs, and restores the weights of the best epoch. Its state is part of
/// checkpoints.
/// </summary>
/// <remarks>
/// The weights are restored when the fit ends, whether by this callback or after all epochs; the optimizer's state remains that of the last
/// epoch. NaN is never an improvement. Source: Prechelt 1998.
/// </remarks>
public sealed class EarlyStopping : Callback
{
    private const string BestWeights = "bestWeights";

    // Packed into one array for checkpoints.
    private float[]? _bestWeights;
    private long _weightCount;
    private int _epochs;
    private int _wait;

    /// <summary>Describes when to stop.</summary>
    /// <param name="patience">How many epochs without an improvement end the fit; at least 1.</param>
    /// <param name="minDelta">The least difference to the best value that counts as an improvement; at least 0.</param>
    /// <param name="monitor">The monitored value; the validation loss by default.</param>
    /// <param name="restoreBestWeights">Whether the best epoch's weights are restored at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="patience"/> or <paramref name="minDelta"/> is out of range.
    /// </exception>
    public EarlyStopping(int patience, double minDelta = 0, Monitored? monitor = null, bool restoreBestWeights = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        if (!(minDelta >= 0 && double.IsFinite(minDelta)))
            throw new ArgumentOutOfRangeException(nameof(minDelta), minDelta, "The least improvement must be finite and at least 0.");
        Patience = patience;
        MinDelta = minDelta;
        Monitor = monitor ?? Monitored.ValidationLoss;
        RestoreBestWeights = restoreBestWeights;
    }

    /// <summary>How many epochs without an improvement end the fit.</summary>
    public int Patience { get; }

    /// <summary>The least difference to the best value that counts as an improvement.</summary>
    public double MinDelta { get; }

    /// <summary>The monitored value.</summary>
    public Monitored Monitor { get; }

    /// <summary>Whether the best epoch's weights are restored at the end.</summary>
    public bool RestoreBestWeights { get; }

    /// <summary>The best epoch so far, from 1; 0 before the first.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>The best epoch's value; NaN before the first epoch.</summary>
    public double BestValue { get; private set; } = double.NaN;

    /// <inheritdoc/>
    protected internal override string? Settings => FormattableString.Invariant(
        $"patience {Patience}, minDelta {MinDelta}, monitor {Monitor}, restoreBestWeights {RestoreBestWeights}");

    /// <inheritdoc/>
    public override void OnFitBegin(FitContext context)
    {
        BestEpoch = 0;
        BestValue = double.NaN;
        _wait = 0;
        _bestWeights = null;
        _weightCount = context.Model.ParameterCount;
        _epochs = context.Trainer.EpochCount;
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(FitContext context)
    {
        // The fit was resumed from a checkpoint at which patience had already run out.
        if (_wait >= Patience)
            context.Stop();
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext context, EpochResult result)
    {
        double value = Monitor.Read(result);
        if (IsBetter(value))
        {
            BestEpoch = result.Epoch;
            BestValue = value;
            _wait = 0;
            if (RestoreBestWeights)
                Keep(context);
            return;
        }
        if (++_wait >= Patience)
            context.Stop();
    }

    /// <inheritdoc/>
    public override void OnFitEnd(FitContext context, TrainingHistory history)
    {
        if (_bestWeights is null)
            return;
        PackedParameters.Unpack(context.Model, _bestWeights, context.Model.Store.Values.Span);
        context.HasRestoredWeights = true;
    }

    /// <inheritdoc/>
    public override void SaveState(CallbackState state)
    {
        state.Set("bestEpoch", BestEpoch);
        state.Set("bestValue", BestValue);
        state.Set("wait", _wait);
        if (_bestWeights is not null)
            state.Set(BestWeights, _bestWeights);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The state is not valid for this callback: a number is out of range, or the weights do not fit the model.
    /// </exception>
    public override void LoadState(CallbackState state)
    {
        double bestEpoch = state.GetNumber("bestEpoch");
        double bestValue = state.GetNumber("bestValue");
        double wait = state.GetNumber("wait");
        Require(
            bestEpoch >= 0 && bestEpoch <= _epochs && bestEpoch == Math.Floor(bestEpoch),
            $"the best epoch is {bestEpoch} of {_epochs}");
        Require(wait >= 0 && wait <= _epochs && wait == Math.Floor(wait), $"{wait} of {_epochs} epochs were without an improvement");
        Require(double.IsNaN(bestValue) == (bestEpoch == 0), $"the best value is {bestValue} in epoch {bestEpoch}");
        float[]? weights = state.HasArray(BestWeights) ? state.GetArray(BestWeights).ToArray() : null;
        Require(
            weights is not null == (RestoreBestWeights && bestEpoch > 0),
            $"there are {weights?.Length ?? 0} weights of epoch {bestEpoch}");
        if (weights is not null)
        {
            Require(weights.Length == _weightCount, $"there are {weights.Length} weights, and the model has {_weightCount}");
            Require(weights.AsSpan().IndexOfAnyNonFinite() < 0, $"a weight is not finite");
        }
        BestEpoch = (int)bestEpoch;
        BestValue = bestValue;
        _wait = (int)wait;
        _bestWeights = weights;
    }

    private static void Require(bool isSound, FormattableString found)
    {
        if (!isSound)
            throw new ArgumentException(
                $"The checkpoint's state of EarlyStopping is not valid: {found.ToString(CultureInfo.InvariantCulture)}.");
    }

    private bool IsBetter(double value) =>
        !double.IsNaN(value) && (BestEpoch == 0 || (Monitor.HigherIsBetter ? value > BestValue + MinDelta : value < BestValue - MinDelta));

    private void Keep(FitContext context)
    {
        _bestWeights ??= new float[context.Model.ParameterCount];
        // The weights that the validation used.
        ReadOnlySpan<float> weights = context.Averaging is { IsValidated: true } averaging
            ? averaging.ValidatedWeights()
            : context.Model.Store.Values.Span;
        PackedParameters.Pack(context.Model, weights, _bestWeights);
    }
}
