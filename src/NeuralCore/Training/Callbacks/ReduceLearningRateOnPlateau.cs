using System.Globalization;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// Multiplies the learning rate by a factor when a monitored value has not improved for some epochs. Its state is part of checkpoints.
/// </summary>
/// <remarks>
/// As Keras' ReduceLROnPlateau: the rate falls after <c>patience</c> epochs without an improvement (PyTorch: after one more). During the
/// cooldown after it, epochs without an improvement are not counted (Keras counts the last of them). NaN is never an improvement. It
/// changes <see cref="Trainer.LearningRate"/>, which a schedule sets in every step: a fit has either of them.
/// </remarks>
public sealed class ReduceLearningRateOnPlateau : Callback
{
    private int _wait;
    private int _cooldownLeft;
    private int _epochs;

    /// <summary>Describes when to reduce the rate.</summary>
    /// <param name="factor">What the rate is multiplied by: above 0, below 1.</param>
    /// <param name="patience">How many epochs without an improvement reduce it; at least 1.</param>
    /// <param name="minDelta">The least difference to the best value that counts as an improvement; at least 0.</param>
    /// <param name="cooldown">How many epochs after a reduction are not counted; at least 0.</param>
    /// <param name="minRate">The rate is not reduced below this; finite, at least 0.</param>
    /// <param name="monitor">The monitored value; the validation loss by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public ReduceLearningRateOnPlateau(
        double factor = 0.1, int patience = 10, double minDelta = 1e-4, int cooldown = 0, double minRate = 0, Monitored? monitor = null)
    {
        if (!(factor > 0 && factor < 1))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor must be above 0 and below 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        if (!(minDelta >= 0 && double.IsFinite(minDelta)))
            throw new ArgumentOutOfRangeException(nameof(minDelta), minDelta, "The least improvement must be finite and at least 0.");
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        Factor = factor;
        Patience = patience;
        MinDelta = minDelta;
        Cooldown = cooldown;
        MinRate = SettingChecks.FiniteAndNotNegative(minRate, "The lowest rate");
        Monitor = monitor ?? Monitored.ValidationLoss;
    }

    /// <summary>What the rate is multiplied by.</summary>
    public double Factor { get; }

    /// <summary>How many epochs without an improvement reduce the rate.</summary>
    public int Patience { get; }

    /// <summary>The least difference to the best value that counts as an improvement.</summary>
    public double MinDelta { get; }

    /// <summary>How many epochs after a reduction are not counted.</summary>
    public int Cooldown { get; }

    /// <summary>The rate is not reduced below this.</summary>
    public double MinRate { get; }

    /// <summary>The monitored value.</summary>
    public Monitored Monitor { get; }

    /// <summary>The best value so far; NaN before the first epoch.</summary>
    public double BestValue { get; private set; } = double.NaN;

    /// <inheritdoc/>
    protected internal override string? Settings => FormattableString.Invariant(
        $"factor {Factor}, patience {Patience}, minDelta {MinDelta}, cooldown {Cooldown}, minRate {MinRate}, monitor {Monitor}");

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The fit has a schedule.</exception>
    public override void OnFitBegin(FitContext context)
    {
        if (context.Schedule is not null)
        {
            throw new InvalidOperationException(
                $"{nameof(ReduceLearningRateOnPlateau)} and the schedule {context.Schedule} both set the learning rate. Use one of them.");
        }
        BestValue = double.NaN;
        _wait = 0;
        _cooldownLeft = 0;
        _epochs = context.Trainer.EpochCount;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext context, EpochResult result)
    {
        double value = Monitor.Read(result);
        if (IsBetter(value))
        {
            BestValue = value;
            _wait = 0;
        }
        else
        {
            _wait++;
        }
        if (_cooldownLeft > 0)
        {
            _cooldownLeft--;
            _wait = 0;
        }
        if (_wait < Patience)
            return;
        float rate = context.Trainer.LearningRate;
        if (rate > MinRate)
            context.Trainer.LearningRate = Math.Min(rate, (float)Math.Max(rate * Factor, MinRate));
        _cooldownLeft = Cooldown;
        _wait = 0;
    }

    /// <inheritdoc/>
    public override void SaveState(CallbackState state)
    {
        state.Set("bestValue", BestValue);
        state.Set("wait", _wait);
        state.Set("cooldownLeft", _cooldownLeft);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The state is not valid for this callback: a number is out of range.</exception>
    public override void LoadState(CallbackState state)
    {
        (double wait, double cooldown) = (state.GetNumber("wait"), state.GetNumber("cooldownLeft"));
        Require(wait >= 0 && wait < Patience && wait <= _epochs && wait == Math.Floor(wait), $"{wait} epochs without an improvement");
        Require(cooldown >= 0 && cooldown <= Cooldown && cooldown == Math.Floor(cooldown), $"{cooldown} epochs of cooldown left");
        BestValue = state.GetNumber("bestValue");
        _wait = (int)wait;
        _cooldownLeft = (int)cooldown;
    }

    private static void Require(bool isSound, FormattableString found)
    {
        if (!isSound)
        {
            throw new ArgumentException(
                $"The checkpoint's state of {nameof(ReduceLearningRateOnPlateau)} is not valid: "
                + $"{found.ToString(CultureInfo.InvariantCulture)}.");
        }
    }

    private bool IsBetter(double value) => !double.IsNaN(value)
        && (double.IsNaN(BestValue) || (Monitor.HigherIsBetter ? value > BestValue + MinDelta : value < BestValue - MinDelta));
}
