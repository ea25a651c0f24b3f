using System.Runtime.CompilerServices;

namespace NeuralCore.Metrics;

/// <summary>
/// The coefficient of determination, R²: <c>1 - Σ (t - p)² / Σ (t - mean t)²</c> over all rows. 1 is perfect, 0 is as good as the mean
/// target for every row. Of several outputs, the mean of their figures.
/// </summary>
/// <remarks>
/// As in scikit-learn: an output whose targets are all equal counts 1 if it is predicted exactly, else 0; NaN for fewer than two rows. The
/// sum around the mean is updated row by row (B. P. Welford, "Note on a method for calculating corrected sums of squares and products",
/// Technometrics 4, 1962), as distances from the first target, so a large mean costs no digits.
/// </remarks>
public sealed class R2Score : RegressionMetric
{
    // The rows, then for each output: the sum of squared errors, the first target, the mean distance of targets from it, the sum of squares
    // around that mean.
    private const int Heading = 1;
    private const int PerOutput = 4;

    /// <summary>Describes the metric.</summary>
    public R2Score()
        : base("r2")
    {
    }

    /// <inheritdoc/>
    public override int RowWidth(Shape prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return 2 * prediction.Size;
    }

    /// <inheritdoc/>
    public override int StateLength(Shape prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Heading + PerOutput * prediction.Size;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(ReadOnlySpan<double> rowValues, Span<double> state)
    {
        int width = 2 * ((state.Length - Heading) / PerOutput);
        for (int row = 0; row < rowValues.Length; row += width)
        {
            double rows = ++state[0];
            Span<double> output = state[Heading..];
            for (int i = row; i < row + width; i += 2)
            {
                double error = rowValues[i] - rowValues[i + 1];
                if (rows == 1)
                    output[1] = rowValues[i + 1];
                double fromFirst = rowValues[i + 1] - output[1];
                double fromMean = fromFirst - output[2];
                output[0] += error * error;
                output[2] += fromMean / rows;
                output[3] += fromMean * (fromFirst - output[2]);
                output = output[PerOutput..];
            }
        }
    }

    /// <inheritdoc/>
    public override double Result(ReadOnlySpan<double> state, int rows)
    {
        if (rows < 2)
            return double.NaN;
        double sum = 0;
        for (int i = Heading; i < state.Length; i += PerOutput)
            sum += state[i] == 0 ? 1 : state[i + 3] == 0 ? double.IsNaN(state[i]) ? double.NaN : 0 : 1 - state[i] / state[i + 3];
        return sum / ((state.Length - Heading) / PerOutput);
    }

    private protected override void EvaluateRow(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, Span<double> values)
    {
        for (int i = 0; i < prediction.Length; i++)
        {
            values[2 * i] = prediction[i];
            values[2 * i + 1] = target[i];
        }
    }
}
