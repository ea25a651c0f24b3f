using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>Makes a model trainable.</summary>
public static class SequentialTraining
{
    /// <summary>
    /// Creates a trainer from a model, an optimizer, a loss and metrics. The loss determines the target type: <c>Loss&lt;int&gt;</c> takes
    /// class indices, <c>Loss&lt;float&gt;</c> rows such as one-hot, so a mismatch does not compile.
    /// </summary>
    /// <typeparam name="TTarget">The target type.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="optimizer">The optimizer, which updates weights by gradients.</param>
    /// <param name="loss">The loss, which training minimizes.</param>
    /// <param name="metrics">Figures reported alongside the loss.</param>
    /// <returns>The trainer; dispose it to end its threads.</returns>
    /// <exception cref="ShapeException">The loss does not accept the model's predictions.</exception>
    /// <exception cref="ArgumentException">
    /// The loss and the last layer contradict each other; two metrics or two of the optimizer's slots share a name, or a name or text
    /// cannot be stored in a checkpoint; or the model's names and settings exceed a checkpoint's limits.
    /// </exception>
    public static Trainer<TTarget> Compile<TTarget>(
        this Sequential model, Optimizer optimizer, Loss<TTarget> loss, params IMetric<TTarget>[] metrics)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(metrics);
        if (metrics.Contains(null))
            throw new ArgumentException("A metric is null.", nameof(metrics));
        if (metrics.GroupBy(metric => metric.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two metrics are named \"{twice.Key}\".", nameof(metrics));
        CheckNames(optimizer, loss, metrics);
        DescriptionLimit.Check(model);
        return new Trainer<TTarget>(model, optimizer, loss, metrics.ToArray());
    }

    // Checks every text that a checkpoint stores, so that saving one cannot fail for it later.
    private static void CheckNames<TTarget>(Optimizer optimizer, Loss<TTarget> loss, IMetric<TTarget>[] metrics)
        where TTarget : unmanaged
    {
        Names.CheckText(optimizer.Settings, "The text of an optimizer's settings", argument: nameof(optimizer));
        Names.CheckText(loss.ToString(), "The text of a loss's settings", argument: nameof(loss));
        foreach (IMetric<TTarget> metric in metrics)
        {
            Names.Check(metric.Name, "A metric's name", argument: nameof(metrics));
            Names.CheckText(metric.Settings, "The text of a metric's settings", argument: nameof(metrics));
        }
        HashSet<string> slots = new(StringComparer.Ordinal);
        foreach (string slot in optimizer.Slots)
        {
            Names.Check(slot, "the name of a slot", optimizer.Name, nameof(optimizer));
            if (!slots.Add(slot))
                throw new ArgumentException($"{optimizer.Name}: two slots are named \"{slot}\".", nameof(optimizer));
        }
        if (slots.Count > Checkpoint.MostSlots)
            throw new ArgumentException(
                $"{optimizer.Name} has {slots.Count} slots; a checkpoint stores at most {Checkpoint.MostSlots}.", nameof(optimizer));
    }
}
