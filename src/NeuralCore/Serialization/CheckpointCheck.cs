using System.Globalization;

namespace NeuralCore.Serialization;

/// <summary>
/// Checks a checkpoint's numbers for consistency when it is read; an inconsistency would otherwise show hours later, or never.
/// </summary>
internal static class CheckpointCheck
{
    // Far from overflow, since training continues to count from here.
    private const long LastStep = 1L << 62;
    private const int LastEpoch = 1 << 30;

    // 100 years: sums of durations do not overflow.
    private static readonly TimeSpan _longest = TimeSpan.FromDays(36525);

    /// <exception cref="FormatException">The numbers are inconsistent.</exception>
    internal static void Run(Checkpoint checkpoint)
    {
        Require(checkpoint.Step is >= 0 and <= LastStep, $"{checkpoint.Step} steps");
        Require(checkpoint.Epoch is >= 0 and <= LastEpoch, $"{checkpoint.Epoch} epochs");
        Require(checkpoint.LearningRate >= 0 && float.IsFinite(checkpoint.LearningRate), $"a learning rate of {checkpoint.LearningRate}");
        int batch = checkpoint.Fit?.Batch ?? 0;
        Require(batch >= 0, $"{batch} batches");
        Require(checkpoint.Step - batch >= checkpoint.Epoch, $"{checkpoint.Epoch} epochs and {batch} batches in {checkpoint.Step} steps");
        long weights = checkpoint.Weights.Sum(weight => (long)weight.Values.Length);
        foreach ((string slot, float[] values) in checkpoint.Slots)
            Require(values.Length == weights, $"{values.Length} values of the slot {slot} for {weights} weights");
        if (checkpoint.Fit is { } fit)
            Check(fit, checkpoint.Epoch);
    }

    private static void Check(FitRecord fit, int epoch)
    {
        Require(fit.Samples >= fit.Batch && fit.Samples > 0 == fit.Batch > 0, $"{fit.Samples} samples in {fit.Batch} batches");
        if (fit.Settings.FirstOrDefault(setting => setting.Name == FitRecord.BatchSize) is { } size)
        {
            bool isNumber = int.TryParse(size.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int rows);
            Require(
                isNumber && fit.Samples <= (long)fit.Batch * rows, $"{fit.Samples} samples in {fit.Batch} batches of {size.Value}");
        }
        Require(fit.EpochHasBegun || fit.Batch == 0, $"{fit.Batch} batches of an epoch that has not begun");
        Require(fit.Duration >= TimeSpan.Zero && fit.Duration <= _longest, $"a duration of {fit.Duration.Ticks} ticks");
        Require(fit.Sums.Length > 0 && double.IsFinite(fit.Sums[0]), $"no finite sum of losses");
        Require(
            fit.StateLengths is null || (Array.TrueForAll(fit.StateLengths, length => length >= 0)
                && fit.Sums.Length == 1 + fit.StateLengths.Sum(length => (long)length)),
            $"{fit.Sums.Length} numbers of loss and metrics that are not what the metrics' lengths come to");
        Require(fit.Batch > 0 || Array.TrueForAll(fit.Sums, sum => sum == 0), $"sums over no batch that are not zero");
        Require(fit.History.Length % fit.HistoryColumns == 0, $"a history of {fit.History.Length} figures in rows of {fit.HistoryColumns}");
        CheckHistory(fit.History, fit.HistoryColumns, epoch);
        int callbacks = fit.Callbacks.Select(callback => callback.Key).Distinct(StringComparer.Ordinal).Count();
        Require(callbacks == fit.Callbacks.Count, $"the state of one callback twice");
    }

    private static void CheckHistory(double[] table, int columns, int lastEpoch)
    {
        int rows = table.Length / columns;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<double> figures = table.AsSpan(row * columns, columns);
            int expected = lastEpoch - rows + 1 + row;
            Require(
                expected > 0 && figures[0] == expected,
                $"epoch {figures[0]} in row {row + 1} of {rows} of the history, and {lastEpoch} epochs in all");
            Require(
                figures[1] >= 0 && figures[1] <= _longest.Ticks && figures[1] == Math.Floor(figures[1]),
                $"a duration of {figures[1]} ticks");
            Require(figures[2] >= 0 && double.IsFinite(figures[2]), $"{figures[2]} samples a second");
            Require(figures[3] is 0 or 1 && figures[3] == table[3], $"a history with and without validation");
        }
    }

    private static void Require(bool isSound, FormattableString found)
    {
        if (!isSound)
            throw new FormatException($"its numbers are inconsistent: {found.ToString(CultureInfo.InvariantCulture)}");
    }
}
