using System.Globalization;
using System.Text;

namespace NeuralCore.Training;

/// <summary>One step of a range test.</summary>
/// <param name="LearningRate">The rate of the step.</param>
/// <param name="Loss">The batch's mean loss before the update.</param>
/// <param name="SmoothedLoss">The running mean of losses, corrected for its start.</param>
public readonly record struct LearningRatePoint(float LearningRate, double Loss, double SmoothedLoss);

/// <summary>The result of <see cref="LearningRateFinder"/>: losses by learning rate.</summary>
public sealed class LearningRateCurve
{
    private const int Lines = 25;
    private const int BarWidth = 50;

    internal LearningRateCurve(IReadOnlyList<LearningRatePoint> points, bool hasDiverged)
    {
        Points = points;
        HasDiverged = hasDiverged;
        SuggestedIndex = Steepest(points);
    }

    /// <summary>The steps, the lowest rate first.</summary>
    public IReadOnlyList<LearningRatePoint> Points { get; }

    /// <summary>Whether the test ended early because the loss diverged.</summary>
    public bool HasDiverged { get; }

    /// <summary>
    /// The rate at which the smoothed loss falls fastest, by central differences over the steps, without the first ten and the last. Null
    /// if fewer than two steps are left or the loss never falls: test a wider range or more steps.
    /// </summary>
    public float? Suggestion => SuggestedIndex is { } index ? Points[index].LearningRate : null;

    internal int? SuggestedIndex { get; }

    /// <summary>The smoothed losses as a bar chart of text, and the suggestion.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine("learning rate   smoothed loss");
        double[] losses = Points.Select(point => point.SmoothedLoss).ToArray();
        (double low, double high) = losses.Length == 0 ? (0, 0) : (losses.Min(), losses.Max());
        int stride = Math.Max(1, (losses.Length + Lines - 1) / Lines);
        for (int i = 0; i < losses.Length; i++)
        {
            if (i % stride != 0 && i != losses.Length - 1 && i != SuggestedIndex)
                continue;
            int bar = high > low ? (int)Math.Round(BarWidth * (losses[i] - low) / (high - low)) : 0;
            string row = string.Create(CultureInfo.InvariantCulture, $"{Points[i].LearningRate,13:0.00E+00}   {losses[i],13:G6}   ");
            text.AppendLine((row + new string('#', bar) + (i == SuggestedIndex ? " <- suggestion" : "")).TrimEnd());
        }
        text.Append(Suggestion is { } rate
            ? string.Create(CultureInfo.InvariantCulture, $"suggestion: {rate:0.00E+00}")
            : "no suggestion: the loss does not fall in this range");
        return text.ToString();
    }

    private static int? Steepest(IReadOnlyList<LearningRatePoint> points)
    {
        int first = LearningRateFinder.SkippedAtStart;
        int last = points.Count - 1 - LearningRateFinder.SkippedAtEnd;
        int? best = null;
        double steepest = 0;
        for (int i = first; first < last && i <= last; i++)
        {
            // One-sided at both ends of what is left.
            (int before, int after) = (Math.Max(i - 1, first), Math.Min(i + 1, last));
            double slope = (points[after].SmoothedLoss - points[before].SmoothedLoss) / (after - before);
            if (slope < steepest)
                (best, steepest) = (i, slope);
        }
        return best;
    }
}
