using NeuralCore.Data;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Training;
using Spectre.Console;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>What is printed after a run: our figures beside the report's, and the first predictions.</summary>
internal static class RunReport
{
    private const int ShownImages = 3;

    internal static void Write(Terminal terminal, RunOutcome outcome, LabelledImages test)
    {
        Experiment experiment = outcome.Settings.Experiment;
        terminal.Line();
        terminal.Line(FormattableString.Invariant($"Trained in {outcome.TrainingTime.TotalSeconds:F1} s; tested on {Numbers.Grouped(test.Count)} images."));
        terminal.Write(Comparison(outcome));
        terminal.Line(outcome.Settings.IsAsPublished
            ? "The report's figures: one run with Keras."
            : $"The report's figures: one run with Keras of {experiment.Epochs} epochs, batch {experiment.BatchSize}; this run differs.");
        if (experiment.WasTestedOnRawPixels)
        {
            terminal.Line("The report trained on pixels 0..1 but tested on 0..255, so its 35.08 is the raw test loss.");
            terminal.Line("A ReLU network is nearly homogeneous: its logits grow about 255 times, accuracy hardly moves, but each wrong image costs about 255 times as much.");
        }
        terminal.Line();
        WritePredictions(terminal, outcome, test);
    }

    private static Table Comparison(RunOutcome outcome)
    {
        Experiment experiment = outcome.Settings.Experiment;
        string reportLoss = Numbers.Plain(experiment.ReportLoss);
        string reportAccuracy = Numbers.Plain(experiment.ReportAccuracy);
        Table table = new Table { Border = TableBorder.Simple, UseSafeBorder = true }
            .AddColumn(new TableColumn("").NoWrap().PadLeft(0))
            .AddColumn(new TableColumn("ours").NoWrap().RightAligned())
            .AddColumn(new TableColumn("report").NoWrap().RightAligned());
        if (outcome.RawTest is { } raw)
        {
            AddRows(table, "test", " (0..1)", outcome.Test, "-", "-");
            AddRows(table, "raw", " (0..255)", raw, reportLoss, reportAccuracy);
        }
        else
        {
            AddRows(table, "test", "", outcome.Test, reportLoss, reportAccuracy);
        }
        return table;
    }

    private static void AddRows(Table table, string what, string pixels, Evaluation ours, string loss, string accuracy)
    {
        table.AddRow($"{what} loss{pixels}", Numbers.Fixed(ours.Loss), loss);
        table.AddRow($"{what} accuracy{pixels}", Numbers.Fixed(ours.Accuracy), accuracy);
    }

    private static void WritePredictions(Terminal terminal, RunOutcome outcome, LabelledImages test)
    {
        int count = Math.Min(ShownImages, test.Count);
        FeatureSource features = test.As(outcome.Model.InputShape).Features;
        float[] pixels = new float[count * outcome.Model.InputShape.Size];
        features.Gather(Enumerable.Range(0, count).ToArray(), pixels);
        float[] probabilities = outcome.Model.Predict(pixels);
        terminal.Line($"The first {Numbers.Plain(count)} test images:");
        for (int image = 0; image < count; image++)
        {
            ReadOnlySpan<float> row = probabilities.AsSpan(image * Experiment.Classes, Experiment.Classes);
            int digit = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(row);
            terminal.Line(FormattableString.Invariant($"  predicted {digit} (p = {row[digit]:F4}), truth {test.Label(image)}"));
        }
    }
}
