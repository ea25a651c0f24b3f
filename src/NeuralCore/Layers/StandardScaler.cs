using System.Numerics.Tensors;

namespace NeuralCore.Layers;

/// <summary>
/// Centers columns and scales them to unit variance: <c>y = (x - mean) / deviation</c>, with each column's mean and population standard
/// deviation in the data it was fitted on.
/// </summary>
/// <remarks>
/// As scikit-learn's <c>StandardScaler</c>: missing values (NaN) are left out when fitting and stay NaN, and a constant column is divided
/// by 1, so that it becomes 0. Mean and deviation are computed in double, rows in order. Shape: any, kept; gradient
/// <c>dx = dy / deviation</c>.
/// </remarks>
public sealed class StandardScaler : PreprocessingLayer
{
    private float[]? _fittedMeans;
    private float[]? _fittedDeviations;
    private Parameter _mean = null!;
    private Parameter _deviation = null!;

    /// <summary>Describes a scaler, to be fitted.</summary>
    /// <param name="columns">The columns to scale, from 0; null for all. The others pass unchanged.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentException">The list of columns is empty, or a column is negative or listed twice.</exception>
    public StandardScaler(IReadOnlyList<int>? columns = null, string? name = null)
        : base(columns, name)
    {
    }

    private protected override void FitRows(int width, FitRows rows)
    {
        int[] columns = SelectedOf(width);
        long[] counts = new long[columns.Length];
        double[] means = new double[columns.Length];
        double[] squares = new double[columns.Length];
        rows.VisitValues(this, columns, (i, value) =>
        {
            counts[i]++;
            means[i] += value;
        });
        for (int i = 0; i < columns.Length; i++)
            means[i] = counts[i] > 0 ? means[i] / counts[i] : throw Unsuitable(columns[i], "has no value, only NaN. Leave it out.");
        rows.VisitValues(this, columns, (i, value) => squares[i] += (value - means[i]) * (value - means[i]));

        _fittedMeans = new float[width];
        _fittedDeviations = new float[width];
        Array.Fill(_fittedDeviations, 1f);
        for (int i = 0; i < columns.Length; i++)
        {
            _fittedMeans[columns[i]] = (float)means[i];
            _fittedDeviations[columns[i]] = Deviation(means[i], squares[i] / counts[i], counts[i]);
        }
    }

    private protected override Shape Declare(Shape input, LayerBuilder builder)
    {
        _mean = AddFitted(builder, "mean", input, _fittedMeans);
        _deviation = AddFitted(builder, "deviation", input, _fittedDeviations, ValueRule.Positive);
        builder.BackwardReads = BackwardReads.None;
        builder.CanRunInPlace = true;
        return input;
    }

    /// <inheritdoc/>
    protected internal override void Forward(in ForwardPass pass)
    {
        int width = _mean.Shape.Size;
        for (int start = 0; start < pass.Output.Length; start += width)
        {
            Span<float> output = pass.Output.Slice(start, width);
            TensorPrimitives.Subtract(pass.Input.Slice(start, width), _mean.Values, output);
            TensorPrimitives.Divide(output, _deviation.Values, output);
        }
    }

    /// <inheritdoc/>
    protected internal override void Backward(in BackwardPass pass)
    {
        int width = _mean.Shape.Size;
        for (int start = 0; start < pass.InputGradient.Length; start += width)
            TensorPrimitives.Divide(pass.OutputGradient.Slice(start, width), _deviation.Values, pass.InputGradient.Slice(start, width));
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => DescribeColumns("StandardScaler", "");

    // 1 for a column that is constant but for rounding errors, by scikit-learn's bound on them.
    private static float Deviation(double mean, double variance, long count)
    {
        const double epsilon = 2.220446049250313e-16;
        double meanError = count * mean * epsilon;
        float deviation = (float)Math.Sqrt(variance);
        return variance <= count * epsilon * variance + meanError * meanError || deviation == 0 ? 1f : deviation;
    }
}
