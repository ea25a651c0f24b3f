using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Numerics;

namespace NeuralCore.Diagnostics;

/// <summary>
/// The loss of guessing: of one answer for every row. For a cross-entropy that is the entropy of the class frequencies, for a mean squared
/// error the variance of the targets; found by evaluating the loss itself on constant predictions, so that it holds for any loss.
/// NC011: the training loss is worse.
/// </summary>
internal readonly record struct GuessCheck(double Loss, double StandardError)
{
    /// <summary>After fewer steps a network may not have learned to guess.</summary>
    internal const long FewestSteps = 100;

    // Dropout and noise of the steps raise a training loss by some percent.
    private const double Margin = 1.1;

    // The guess is measured on a sample; heavy-tailed targets make it uncertain.
    private const double StandardErrors = 3;

    private const int MostValues = 1 << 18;
    private const int FewestRows = 64;
    private const double SmallestFrequency = 1e-7;

    /// <summary>A loss above this is worse than guessing.</summary>
    private double Limit => Loss + Math.Abs(Loss) * (Margin - 1) + StandardErrors * StandardError;

    internal void Run(double loss, long steps, List<Finding> findings)
    {
        if (steps < FewestSteps || !(loss > Limit))
            return;
        findings.Add(new Finding(
            "NC011",
            Severity.Warning,
            $"After {steps} steps the training loss is {loss:G4}; one and the same answer for every row has {Loss:G4}.",
            "The network has not learned even the mean. Scale features and targets, try another learning rate, check labels and loss."));
    }

    /// <summary>Finds the best of some constant predictions; null where the targets do not fit the loss or no loss is finite.</summary>
    internal static GuessCheck? Of<TTarget>(Loss<TTarget> loss, Shape output, TargetSource<TTarget> source)
        where TTarget : unmanaged
    {
        int outputs = output.Size;
        int[] rows = SampledRows.Of(source.Count, Math.Clamp(MostValues / outputs, FewestRows, SampledRows.Most));
        TTarget[] targets = new TTarget[rows.Length * source.Width];
        source.Gather(rows, targets);
        try
        {
            if (loss.TargetWidth(output) != source.Width)
                return null;
            loss.CheckTargets(targets, output, 0);
        }
        catch (ArgumentException)
        {
            return null;
        }
        if (Mean(targets, rows.Length, outputs) is not { } mean)
            return null;
        GuessCheck? best = null;
        foreach (float[] guess in Guesses(mean, targets, rows.Length))
        {
            GuessCheck found = Evaluate(loss, guess, targets, rows.Length);
            if (double.IsFinite(found.Loss) && (best is null || found.Loss < best.Value.Loss))
                best = found;
        }
        return best;
    }

    private static float[]? Mean<TTarget>(TTarget[] targets, int rows, int outputs)
    {
        double[] sums = new double[outputs];
        if (targets is int[] labels && labels.Length == rows)
        {
            foreach (int label in labels)
            {
                if ((uint)label >= (uint)outputs)
                    return null;
                sums[label]++;
            }
        }
        else if (targets is float[] values && values.Length == rows * outputs)
        {
            for (int i = 0; i < values.Length; i++)
                sums[i % outputs] += values[i];
        }
        else
        {
            return null;
        }
        return Array.ConvertAll(sums, sum => (float)(sum / rows));
    }

    // The mean, which is best for squared errors and, as class frequencies, for probabilities; what gives these as logits of a softmax or of
    // a sigmoid; and the median, which is best for absolute errors.
    private static IEnumerable<float[]> Guesses<TTarget>(float[] mean, TTarget[] targets, int rows)
    {
        yield return mean;
        if (Array.TrueForAll(mean, value => value is >= 0 and <= 1))
        {
            double[] clipped = Array.ConvertAll(mean, value => Math.Clamp(value, SmallestFrequency, 1 - SmallestFrequency));
            yield return Array.ConvertAll(clipped, value => (float)Elementary.Log(value));
            yield return Array.ConvertAll(clipped, value => (float)(Elementary.Log(value) - Elementary.Log(1 - value)));
        }
        if (targets is not float[] values)
            yield break;
        float[] median = new float[mean.Length];
        float[] column = new float[rows];
        for (int j = 0; j < median.Length; j++)
        {
            for (int row = 0; row < rows; row++)
                column[row] = values[row * median.Length + j];
            Array.Sort(column);
            median[j] = column[rows / 2];
        }
        yield return median;
    }

    private static GuessCheck Evaluate<TTarget>(Loss<TTarget> loss, float[] guess, TTarget[] targets, int rows)
        where TTarget : unmanaged
    {
        float[] predictions = new float[rows * guess.Length];
        for (int row = 0; row < rows; row++)
            guess.CopyTo(predictions, row * guess.Length);
        double[] losses = new double[rows];
        loss.Evaluate(new LossPass<TTarget> { Rows = rows, Predictions = predictions, Targets = targets, RowLosses = losses });
        double sum = 0;
        double squares = 0;
        foreach (double value in losses)
        {
            sum += value;
            squares += value * value;
        }
        double mean = sum / rows;
        return new GuessCheck(mean, Math.Sqrt(Math.Max(squares / rows - mean * mean, 0) / rows));
    }
}
