using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Randomness;
using NeuralCore.Training;

namespace NeuralCore.Tests.Diagnostics;

/// <summary>Healthy problems for the training doctor, and the numbers to plant faults in.</summary>
internal static class DoctorData
{
    internal const int Rows = 600;
    internal const int Columns = 6;

    /// <summary>Rows of standard normal features, the same for the same seed.</summary>
    internal static float[] Features(ulong seed, int rows = Rows, int columns = Columns)
    {
        RandomStream stream = RandomStream.Derive(seed, "doctor.features");
        return Enumerable.Range(0, rows * columns).Select(i => stream.NormalAt((ulong)i)).ToArray();
    }

    /// <summary>The class of each row: the largest of its first <paramref name="classes"/> features.</summary>
    internal static int[] Labels(float[] features, int classes = 3, int columns = Columns) =>
        Enumerable.Range(0, features.Length / columns).Select(row =>
            OneHot.ArgMax(features.AsSpan(row * columns, classes))).ToArray();

    /// <summary>A value for each row: a product, a sum and some noise.</summary>
    internal static float[] Values(float[] features, ulong seed, int columns = Columns)
    {
        RandomStream stream = RandomStream.Derive(seed, "doctor.noise");
        return Enumerable.Range(0, features.Length / columns).Select(row =>
        {
            ReadOnlySpan<float> x = features.AsSpan(row * columns, columns);
            return x[0] * x[1] + x[2] + 0.1f * stream.NormalAt((ulong)row);
        }).ToArray();
    }

    internal static Dataset<int> Classification(ulong seed)
    {
        float[] features = Features(seed);
        return Dataset.From(features, [Columns], Labels(features));
    }

    internal static Dataset<float> Regression(ulong seed)
    {
        float[] features = Features(seed);
        return Dataset.From(features, [Columns], Values(features, seed), targetWidth: 1);
    }

    internal static Sequential Classifier(int classes = 3, long seed = 1) =>
        new([Columns], [new Dense(32, new ReLU()), new Dense(32, new ReLU()), new Dense(classes, new Softmax())], seed);

    internal static Sequential Regressor(long seed = 1) =>
        new([Columns], [new Dense(32, new ReLU()), new Dense(32, new ReLU()), new Dense(1)], seed);

    internal static Trainer<int> Compile(Sequential model, Optimizer? optimizer = null) =>
        model.Compile(optimizer ?? new Adam(0.003f), new SparseCategoricalCrossEntropy(), new Accuracy());

    /// <summary>Codes of the findings that a fit writes into its log.</summary>
    internal static string[] CodesOfFit<TTarget>(
        Trainer<TTarget> trainer, Dataset<TTarget> training, Dataset<TTarget>? validation = null, int epochs = 10)
        where TTarget : unmanaged
    {
        StringWriter log = new();
        FitOptions<TTarget> options = new() { Epochs = epochs, Log = log };
        trainer.Fit(training, validation is null ? options : options with { Validation = validation });
        return log.ToString().Split(log.NewLine).Where(line => line.StartsWith("NC", StringComparison.Ordinal))
            .Select(line => line[..5]).ToArray();
    }
}

/// <summary>The squared error, under its usual name.</summary>
internal sealed class PlainSquaredError : Loss<float>
{
    public override string Name => "MeanSquaredError";

    public override int TargetWidth(Shape prediction) => prediction.Size;

    protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
    {
    }

    protected internal override void Evaluate(in LossPass<float> pass)
    {
        int width = pass.Predictions.Length / pass.Rows;
        for (int row = 0; row < pass.Rows; row++)
        {
            double sum = 0;
            for (int i = row * width; i < (row + 1) * width; i++)
            {
                float difference = pass.Predictions[i] - pass.Targets[i];
                sum += (double)difference * difference / width;
                if (!pass.Gradient.IsEmpty)
                    pass.Gradient[i] = 2 * difference / width * pass.GradientScale;
            }
            pass.RowLosses[row] = sum;
        }
    }
}

/// <summary>A softmax that does not say what it gives, as a custom layer does; or not even a softmax.</summary>
internal sealed class CustomOutput(bool isSoftmax) : Layer
{
    protected internal override Shape Build(Shape input, LayerBuilder builder) => input;

    protected internal override void Forward(in ForwardPass pass)
    {
        int classes = OutputShape.Size;
        for (int row = 0; row < pass.Rows; row++)
        {
            ReadOnlySpan<float> x = pass.Input.Slice(row * classes, classes);
            Span<float> y = pass.Output.Slice(row * classes, classes);
            float sum = 0;
            for (int k = 0; k < classes; k++)
                sum += y[k] = isSoftmax ? MathF.Exp(x[k]) : 3 + x[k];
            for (int k = 0; isSoftmax && k < classes; k++)
                y[k] /= sum;
        }
    }

    protected internal override void Backward(in BackwardPass pass) => pass.OutputGradient.CopyTo(pass.InputGradient);

    protected internal override LayerDescription Describe() => new("CustomOutput");
}
