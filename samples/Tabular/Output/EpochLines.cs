using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Training;

namespace NeuralCore.Samples.Tabular.Output;

/// <summary>Writes the figures of every tenth part of the training, of the first and of the last epoch.</summary>
internal sealed class EpochLines(Terminal terminal) : Callback
{
    private const int Parts = 10;

    public override void OnEpochEnd(FitContext context, EpochResult result)
    {
        int every = Math.Max(1, context.Epochs / Parts);
        if (result.Epoch != 1 && result.Epoch != context.Epochs && result.Epoch % every != 0)
            return;
        string metrics = string.Concat(result.Training.Metrics.Select(metric => $", {metric.Name} {Numbers.Fixed(metric.Value)}"));
        terminal.Line(
            $"epoch {Numbers.Plain(result.Epoch)}/{Numbers.Plain(context.Epochs)}: loss {Numbers.Fixed(result.Training.Loss)}{metrics}");
    }
}
