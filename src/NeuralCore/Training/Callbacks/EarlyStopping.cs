using NeuralCore.Layers;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// Ends the fit when a figure has not become better for some epochs, and gives the model the weights of its best epoch. Its state is part of checkpoints.
/// </summary>
/// <remarks>
/// The weights are put back when the fit ends, by this callback or because all epochs are done; the optimizer's state stays that of the last epoch. A value that is no
/// number is never better. Source: Prechelt 1998.
/// </remarks>
public sealed class EarlyStopping : Callback
{
    private const string BestPrefix = "best/";

    private Dictionary<string, float[]> _bestWeights = [];
    private int _wait;

    /// <summary>Describes when to stop.</summary>
    /// <param name="patience">How many epochs without a better value end the fit; at least 1.</param>
    /// <param name="minDelta">By how much a value must beat the best to be better; at least 0.</param>
    /// <param name="monitor">The figure; the validation loss by default.</param>
    /// <param name="restoreBestWeights">Whether the model gets the weights of the best epoch in the end.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="patience"/> or <paramref name="minDelta"/> is out of range.</exception>
    public EarlyStopping(int patience, double minDelta = 0, Monitored? monitor = null, bool restoreBestWeights = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        if (!(minDelta >= 0 && double.IsFinite(minDelta)))
            throw new ArgumentOutOfRangeException(nameof(minDelta), minDelta, "The least improvement is finite and at least 0.");
        Patience = patience;
        MinDelta = minDelta;
        Monitor = monitor ?? Monitored.ValidationLoss;
        RestoreBestWeights = restoreBestWeights;
    }

    /// <summary>How many epochs without a better value end the fit.</summary>
    public int Patience { get; }

    /// <summary>By how much a value must beat the best to be better.</summary>
    public double MinDelta { get; }

    /// <summary>The figure.</summary>
    public Monitored Monitor { get; }

    /// <summary>Whether the model gets the weights of the best epoch in the end.</summary>
    public bool RestoreBestWeights { get; }

    /// <summary>The best epoch so far, from 1; 0 before the first.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>Its value; NaN before the first.</summary>
    public double BestValue { get; private set; } = double.NaN;

    internal override string? Settings => FormattableString.Invariant($"patience {Patience}, minDelta {MinDelta}, monitor {Monitor}, restoreBestWeights {RestoreBestWeights}");

    /// <inheritdoc/>
    public override void OnFitBegin(FitContext context)
    {
        BestEpoch = 0;
        BestValue = double.NaN;
        _wait = 0;
        _bestWeights = [];
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(FitContext context)
    {
        // Resumed from the epoch at which the interrupted fit had stopped.
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
        foreach (Parameter parameter in context.Model.Parameters)
        {
            if (_bestWeights.TryGetValue(parameter.FullName, out float[]? best))
                best.CopyTo(parameter.Values);
        }
    }

    /// <inheritdoc/>
    public override void SaveState(CallbackState state)
    {
        state.Set("bestEpoch", BestEpoch);
        state.Set("bestValue", BestValue);
        state.Set("wait", _wait);
        foreach ((string name, float[] values) in _bestWeights)
            state.Set(BestPrefix + name, values);
    }

    /// <inheritdoc/>
    public override void LoadState(CallbackState state)
    {
        BestEpoch = (int)state.GetNumber("bestEpoch");
        BestValue = state.GetNumber("bestValue");
        _wait = (int)state.GetNumber("wait");
        _bestWeights = state.Arrays.Where(array => array.Key.StartsWith(BestPrefix, StringComparison.Ordinal))
            .ToDictionary(array => array.Key[BestPrefix.Length..], array => (float[])array.Value.Clone(), StringComparer.Ordinal);
    }

    private bool IsBetter(double value) =>
        !double.IsNaN(value) && (BestEpoch == 0 || (Monitor.HigherIsBetter ? value > BestValue + MinDelta : value < BestValue - MinDelta));

    private void Keep(FitContext context)
    {
        foreach (Parameter parameter in context.Model.Parameters)
        {
            if (_bestWeights.TryGetValue(parameter.FullName, out float[]? best))
                parameter.Values.CopyTo(best);
            else
                _bestWeights[parameter.FullName] = parameter.Values.ToArray();
        }
    }
}
