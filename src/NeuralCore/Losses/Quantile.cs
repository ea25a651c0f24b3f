using System.Globalization;
using System.Runtime.CompilerServices;

namespace NeuralCore.Losses;

/// <summary>
/// The quantile or pinball loss: <c>l_q(y, t) = max(q (t - y), (q - 1)(t - y))</c>, whose minimum is the q-quantile of the targets. With m
/// quantiles the network has m outputs for each target value: one for each quantile, in the order they are given.
/// </summary>
/// <remarks>
/// <para>A row's loss is the mean over all its outputs. Its targets are prediction size / m values: output <c>j m + i</c> is quantile i of
/// target j. Gradient: <c>-q / n / batch</c> below the target, <c>(1 - q) / n / batch</c> above it, 0 at it, n being the prediction's
/// size. The outputs of a row are not forced to be ascending.</para>
/// <para>R. Koenker and G. Bassett, "Regression Quantiles", 1978. scikit-learn's <c>mean_pinball_loss</c>.</para>
/// </remarks>
public sealed class Quantile : Loss<float>
{
    private readonly float[] _quantiles;

    /// <summary>Describes the loss.</summary>
    /// <param name="quantiles">One or more quantiles, each between 0 and 1: 0.1, 0.5, 0.9.</param>
    /// <exception cref="ArgumentException">There are no quantiles, or one is not between 0 and 1.</exception>
    public Quantile(params ReadOnlySpan<double> quantiles)
    {
        if (quantiles.IsEmpty)
            throw new ArgumentException(
                "The quantile loss needs at least one quantile, for example 0.5 for the median.", nameof(quantiles));
        foreach (double quantile in quantiles)
        {
            if (!((float)quantile > 0 && (float)quantile < 1))
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"A quantile lies between 0 and 1, both excluded; got {quantile}. Write the 90th percentile as 0.9."),
                    nameof(quantiles));
        }
        _quantiles = Array.ConvertAll(quantiles.ToArray(), quantile => (float)quantile);
    }

    /// <inheritdoc/>
    public override int TargetWidth(Shape prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (prediction.Size % _quantiles.Length != 0)
        {
            throw new ShapeException(
                $"{this}: expects {_quantiles.Length} outputs for each target value, one for each quantile, got predictions {prediction}. "
                + $"End the network with a Dense of {_quantiles.Length} units for one target.");
        }
        return prediction.Size / _quantiles.Length;
    }

    /// <inheritdoc/>
    protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        FiniteTargets.Check(this, targets, prediction.Size / _quantiles.Length, firstRow);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Evaluate(in LossPass<float> pass)
    {
        int size = pass.Predictions.Length / pass.Rows;
        int quantiles = _quantiles.Length;
        float scale = pass.GradientScale / size;
        for (int row = 0; row < pass.Rows; row++)
        {
            double sum = 0;
            for (int i = row * size; i < (row + 1) * size; i++)
            {
                float quantile = _quantiles[i % size % quantiles];
                double error = (double)pass.Targets[i / quantiles] - pass.Predictions[i];
                sum += Math.Max(quantile * error, (quantile - 1.0) * error);
                if (!pass.Gradient.IsEmpty)
                    pass.Gradient[i] = error > 0 ? -quantile * scale : error < 0 ? (1 - quantile) * scale : 0;
            }
            pass.RowLosses[row] = sum / size;
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name}({string.Join(", ", _quantiles.Select(quantile => quantile.ToString(CultureInfo.InvariantCulture)))})";
}
