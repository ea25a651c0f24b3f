using NeuralCore.Data;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>The output after a run: the figures next to the report's, and the first predictions.</summary>
internal static class RunReport
{
    private const int ShownImages = 3;

    internal static void Write(Terminal terminal, RunOutcome outcome, MnistImages images)
    {
        LabelledImages test = images.Test;
        Experiment experiment = outcome.Settings.Experiment;
        terminal.Line();
        string kind = images.Origin.IsSynthetic ? "synthetic " : "";
        terminal.Line(FormattableString.Invariant(
            $"Trained in {outcome.TrainingTime.TotalSeconds:F1} s; tested on {Numbers.Grouped(test.Count)} {kind}images:"));
        terminal.Line();
        WriteFigures(terminal, outcome, images.Origin);
        terminal.Line();
        terminal.Line(
            images.Origin.IsSynthetic
                ? "These figures are for synthetic digits and cannot be compared with the report's, which are for MNIST."
            : outcome.Settings.IsAsPublished ? "The report's figures are from one run with Keras."
            : FormattableString.Invariant(
                $"The report's figures are from one run with Keras, {experiment.Epochs} epochs, batch {experiment.BatchSize}; ")
                + "this run differs.");
        terminal.Line("Loss: mean cross-entropy over the test images. Accuracy: the fraction classified correctly.");
        if (experiment.WasTestedOnRawPixels && !images.Origin.IsSynthetic)
        {
            terminal.Line();
            terminal.Line(
                "The report trained on pixels 0..1 but tested on 0..255: "
                + "its 35.08 is the loss on raw pixels; one-hot labels are not the cause.");
            terminal.Line(
                "A ReLU network is nearly homogeneous: its logits grow about 255 times. Accuracy hardly changes, "
                + "but each wrong image costs about 255 times as much.");
        }
        terminal.Line();
        WritePredictions(terminal, outcome, test);
    }

    private static void WriteFigures(Terminal terminal, RunOutcome outcome, DataOrigin origin)
    {
        Experiment experiment = outcome.Settings.Experiment;
        string reportLoss = Numbers.Plain(experiment.ReportLoss);
        string reportAccuracy = Numbers.Plain(experiment.ReportAccuracy);
        Row("", "ours", "report");
        if (outcome.RawTest is not { } raw)
        {
            Row("test loss", Numbers.Fixed(outcome.Test.Loss), reportLoss);
            Row("test accuracy", Numbers.Fixed(outcome.Test.Accuracy), reportAccuracy);
            return;
        }
        Row("pixels 0..1: loss", Numbers.Fixed(outcome.Test.Loss), "-");
        Row("pixels 0..1: accuracy", Numbers.Fixed(outcome.Test.Accuracy), "-");
        Row("pixels 0..255: loss", Numbers.Fixed(raw.Loss), reportLoss);
        Row("pixels 0..255: accuracy", Numbers.Fixed(raw.Accuracy), reportAccuracy);

        void Row(string what, string ours, string report) =>
            terminal.Line($"{what,-23}{ours,9}{(origin.IsSynthetic ? "" : $"{report,8}")}");
    }

    private static void WritePredictions(Terminal terminal, RunOutcome outcome, LabelledImages test)
    {
        int count = Math.Min(ShownImages, test.Count);
        FeatureSource features = test.As(outcome.Model.InputShape).Features;
        float[] pixels = new float[outcome.Model.InputShape.Size];
        string[] captions = new string[count];
        for (int image = 0; image < count; image++)
        {
            features.Gather([image], pixels);
            captions[image] = Caption(outcome.Model.Predict(pixels), test.Label(image));
        }
        terminal.Line($"The first {Numbers.Plain(count)} test images:");
        DigitDrawing.Write(terminal, test, captions);
    }

    private static string Caption(float[] probabilities, int truth)
    {
        int digit = OneHot.ArgMax(probabilities);
        return FormattableString.Invariant($"predicted {digit} (p = {probabilities[digit]:F4}), truth {truth}");
    }
}
