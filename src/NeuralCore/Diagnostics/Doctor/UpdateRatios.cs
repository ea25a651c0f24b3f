using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Diagnostics;

/// <summary>
/// Measures, for each kernel and some steps, the update's size relative to the weights': the Euclidean norm of the change over that of the
/// weights, on a sample of the weights. About 0.001 is usual. NC009: far too large. NC010: far too small.
/// </summary>
internal sealed class UpdateRatios
{
    // A step that changes weights by a fifth of their size leaves little of what they were. Adam's first step is its largest, the rate over
    // the weights' root mean square: 0.02 for its default of 0.001 and 128 units.
    private const double Largest = 0.2;

    // 1,000 such steps change a weight by 1 %, and single precision loses a good part of them: a weight of 1 moves by 6e-8 or not at all.
    private const double Smallest = 1e-5;

    // A network that is far better than guessing may have small gradients because it is done.
    private const double ShareOfGuess = 0.9;

    private const int MostWeights = 4096;
    private const int MostKernels = 64;

    private readonly Parameter[] _kernels;
    private readonly float[][] _before;
    private readonly List<double>[] _ratios;

    internal UpdateRatios(Sequential model)
    {
        // Biases start at 0, where a ratio means nothing.
        _kernels = model.Parameters.Where(p => p is { IsTrainable: true, Shape.Rank: > 1 }).Take(MostKernels).ToArray();
        _before = Array.ConvertAll(_kernels, kernel => new float[Math.Min(kernel.Shape.Size, MostWeights)]);
        _ratios = Array.ConvertAll(_kernels, _ => new List<double>());
    }

    /// <summary>Takes the weights before a step.</summary>
    internal void BeforeStep()
    {
        for (int k = 0; k < _kernels.Length; k++)
        {
            ReadOnlySpan<float> values = _kernels[k].Values;
            float[] before = _before[k];
            for (int i = 0; i < before.Length; i++)
                before[i] = values[Index(i, before.Length, values.Length)];
        }
    }

    /// <summary>Compares the weights after the step.</summary>
    internal void AfterStep()
    {
        for (int k = 0; k < _kernels.Length; k++)
        {
            ReadOnlySpan<float> values = _kernels[k].Values;
            float[] before = _before[k];
            double change = 0;
            double size = 0;
            for (int i = 0; i < before.Length; i++)
            {
                double difference = (double)values[Index(i, before.Length, values.Length)] - before[i];
                change += difference * difference;
                size += (double)before[i] * before[i];
            }
            if (size > 0)
                _ratios[k].Add(Math.Sqrt(change / size));
        }
    }

    /// <summary>The largest and the median ratio of the measured steps, for each kernel.</summary>
    internal IEnumerable<(Parameter Kernel, double Largest, double Median)> Summary()
    {
        for (int k = 0; k < _kernels.Length; k++)
        {
            if (_ratios[k].Count == 0)
                continue;
            double[] sorted = [.. _ratios[k]];
            Array.Sort(sorted);
            yield return (_kernels[k], sorted[^1], sorted[sorted.Length / 2]);
        }
    }

    /// <summary>Judges the measured steps.</summary>
    /// <param name="learningRate">The rate, for the message.</param>
    /// <param name="loss">The training loss; NaN if unknown.</param>
    /// <param name="guess">The loss of guessing; null if unknown.</param>
    /// <param name="findings">Takes what is found.</param>
    internal void Run(float learningRate, double loss, GuessCheck? guess, List<Finding> findings)
    {
        (Parameter Kernel, double Largest, double Median)[] kernels = Summary().ToArray();
        if (kernels.Length == 0 || learningRate == 0)
            return;
        (Parameter kernel, double largest, _) = kernels.MaxBy(summary => summary.Largest);
        double median = kernels.Max(summary => summary.Median);
        if (largest > Largest)
        {
            findings.Add(new Finding(
                "NC009",
                Severity.Warning,
                $"A step changed {kernel.FullName} by {100 * largest:F0} % of its size; the learning rate is {learningRate:G4}.",
                "About 0.1 % is usual, and a few percent in the first steps. Lower the learning rate, by a factor of 10 to begin with."));
        }
        // A change of exactly 0 is a gradient of 0, which no rate mends.
        else if (median is > 0 and < Smallest && !IsDone(loss, guess) && !findings.Exists(finding => finding.Code == DeadUnits.Code))
        {
            findings.Add(new Finding(
                "NC010",
                Severity.Warning,
                $"A step changes no kernel by more than {100 * median:0.#e+0} % of its size; the learning rate is {learningRate:G4}.",
                "About 0.1 % is usual. Raise the learning rate, by a factor of 10 to begin with."));
        }
    }

    private static bool IsDone(double loss, GuessCheck? guess) => guess is { } known && loss < ShareOfGuess * known.Loss;

    // Evenly over the whole kernel.
    private static int Index(int i, int count, int length) => (int)((long)i * length / count);
}
