using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Serialization;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary><c>predict MODEL IMAGE...</c>: classifies images with a saved model.</summary>
internal static class PredictCommand
{
    private const string TestPrefix = "test:";

    internal static Command Create()
    {
        Argument<string> model = new("model") { Description = "A model saved by run --save." };
        Argument<string[]> images = new("image")
        {
            Description = "28 x 28 images: PGM files, white on black like MNIST, or test:INDEX for a test image, counted from 0.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> data = Arguments.Path("--data", "The folder with the MNIST files, for test:INDEX (default as for run).", "DIR");
        Command command = new("predict", "Classifies images with a saved model.") { model, images, data };
        command.SetAction(parsed =>
            Execute(parsed.GetRequiredValue(model), parsed.GetRequiredValue(images), parsed.GetValue(data)));
        return command;
    }

    private static int Execute(string modelPath, string[] images, string? data)
    {
        ModelFile file = Load(modelPath);
        Terminal terminal = Terminal.Open();
        (LabelledImages? test, bool areSynthetic) = images.Any(IsTest) ? DataLoading.LoadTest(terminal, data) : (null, false);
        if (file.Model.Name == DataOrigin.SyntheticModel)
        {
            Terminal.Error(
                $"{modelPath} was trained on synthetic digits, drawn by the sample: its predictions say nothing about MNIST.");
        }
        int exitCode = ExitCodes.Success;
        foreach (string image in images)
        {
            // One bad image does not stop the others.
            int result = CommandLine.Guard(() =>
            {
                string truth = "";
                byte[] pixels;
                if (IsTest(image))
                {
                    int index = Index(image, test!.Count);
                    pixels = test.Pixels(index).ToArray();
                    truth = FormattableString.Invariant($", truth {test.Label(index)}{(areSynthetic ? ", a synthetic digit" : "")}");
                }
                else
                {
                    pixels = PgmFile.Read(image, Experiment.ImageSide);
                }
                float[] input = new float[pixels.Length];
                file.ScaleInput(pixels, input);
                float[] probabilities = file.Model.Predict(input);
                int digit = TensorPrimitives.IndexOfMax(probabilities);
                terminal.Line(FormattableString.Invariant($"{image}: {digit} (p = {probabilities[digit]:F4}){truth}"));
                return ExitCodes.Success;
            });
            exitCode = Math.Max(exitCode, result);
        }
        return exitCode;
    }

    private static ModelFile Load(string path)
    {
        ModelFile file;
        try
        {
            file = ModelFile.Load(path);
        }
        catch (NotSupportedException e)
        {
            throw new SampleException(e.Message, e);
        }
        const int pixels = Experiment.ImageSide * Experiment.ImageSide;
        if (file.InputScale is null)
            throw new SampleException($"{path} does not say how pixels are scaled. Save a model with run --save.");
        return file.Model.InputShape.Size == pixels && file.Model.OutputShape.Size == Experiment.Classes
            ? file
            : throw new SampleException(
                $"{path}: expected a model of {pixels} pixels and {Experiment.Classes} digits, "
                + $"found {file.Model.InputShape} and {file.Model.OutputShape}.");
    }

    private static bool IsTest(string image) => image.StartsWith(TestPrefix, StringComparison.Ordinal);

    private static int Index(string image, int count) =>
        int.TryParse(image.AsSpan(TestPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < count
            ? index
            : throw new SampleException($"{image}: expected a number from 0 to {count - 1} after {TestPrefix}.");
}
