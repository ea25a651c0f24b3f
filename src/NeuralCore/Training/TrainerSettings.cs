using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// The settings that determine the bits of training, as texts, so that resuming can name what differs from the checkpoint.
/// </summary>
internal static class TrainerSettings
{
    internal static IReadOnlyList<Setting> Of<TTarget>(TrainingState training, Loss<TTarget> loss)
        where TTarget : unmanaged
    {
        training.CheckTrainable();
        return Checkpoint.SettingsOf(ModelJson.Of(training.Model), training.Optimizer.Settings, loss.ToString());
    }

    internal static IReadOnlyList<Setting> Of<TTarget>(
        LossAndMetrics<TTarget> lossAndMetrics, Dataset<TTarget> data, FitOptions<TTarget> options)
        where TTarget : unmanaged
    {
        List<Setting> settings =
        [
            new("metrics", string.Join(", ", lossAndMetrics.Metrics.Select(metric => metric.Settings))),
            new(FitRecord.BatchSize, FormattableString.Invariant($"{options.BatchSize}")),
            new("shuffle", $"{options.Shuffle}"),
            new("drop last batch", $"{options.DropLastBatch}"),
            new("skip zeros", $"{options.SkipZeros}"),
            new("validation", options.Validation is not { } validation ? "none" : validation.Split?.ToString() ?? "data of its own"),
            .. DataFingerprint.Of("training data's", data),
        ];
        if (options.ClassWeights is { } weights)
            settings.Add(new Setting("class weights", DataFingerprint.TextOf(weights)));
        if (options.Validation?.Data is { } separate)
            settings.AddRange(DataFingerprint.Of("validation data's", separate));
        if (options.Schedule is { } schedule)
            settings.Add(new Setting("schedule", schedule.ToString()));
        string[] names = Checkpoint.CallbackNames(options.Callbacks.Select(callback => callback.GetType().Name)).ToArray();
        for (int i = 0; i < names.Length; i++)
        {
            if (options.Callbacks[i].Settings is { } text)
                settings.Add(new Setting($"callback {names[i]}", text));
        }
        return settings;
    }

    /// <summary>The differences, one line each.</summary>
    internal static IEnumerable<string> Differences(IReadOnlyList<Setting> then, IReadOnlyList<Setting> now)
    {
        Dictionary<string, string> current = now.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);
        foreach (Setting setting in then)
        {
            if (!current.Remove(setting.Name, out string? value))
                yield return $"{setting.Name}: {setting.Value} in the checkpoint, none now";
            else if (value != setting.Value)
                yield return $"{setting.Name}: {setting.Value} in the checkpoint, {value} now";
        }
        foreach (Setting setting in now.Where(setting => current.ContainsKey(setting.Name)))
            yield return $"{setting.Name}: none in the checkpoint, {setting.Value} now";
    }
}
