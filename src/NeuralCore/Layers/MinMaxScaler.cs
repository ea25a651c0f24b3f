using System.Numerics.Tensors;

namespace NeuralCore.Layers;

/// <summary>
/// Maps columns linearly to a range: <c>y = (x - min) * scale + lower</c> with <c>scale = (upper - lower) / (max - min)</c>, where min and
/// max are the column's in the data it was fitted on. Other data may go beyond the range.
/// </summary>
/// <remarks>
/// As scikit-learn's <c>MinMaxScaler</c>: missing values (NaN) are left out when fitting and stay NaN, and a constant column has a range of
/// 1, so that it becomes <c>lower</c>. Shape: any, kept; gradient <c>dx = dy * scale</c>.
/// </remarks>
public sealed class MinMaxScaler : PreprocessingLayer
{
    // A smaller range counts as constant, as in scikit-learn: ten times the spacing of doubles at 1.
    private const double SmallestRange = 10 * 2.220446049250313e-16;

    private float[]? _fittedMinima;
    private float[]? _fittedScales;
    private Parameter _minimum = null!;
    private Parameter _scale = null!;

    /// <summary>Describes a scaler, to be fitted.</summary>
    /// <param name="columns">The columns to scale, from 0; null for all. The others pass unchanged.</param>
    /// <param name="lower">What a column's smallest value becomes.</param>
    /// <param name="upper">What a column's largest value becomes; above <paramref name="lower"/>.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentException">The list of columns is empty, or a column is negative or listed twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or not finite.</exception>
    public MinMaxScaler(IReadOnlyList<int>? columns = null, double lower = 0, double upper = 1, string? name = null)
        : base(columns, name)
    {
        Lower = (float)lower;
        Upper = (float)upper;
        if (!(float.IsFinite(Lower) && float.IsFinite(Upper) && Lower < Upper))
        {
            throw new ArgumentOutOfRangeException(
                nameof(upper), upper,
                    FormattableString.Invariant($"Expected a range from a lower to a higher number, got {lower} to {upper}."));
        }
    }

    /// <summary>What a column's smallest value becomes.</summary>
    public float Lower { get; }

    /// <summary>What a column's largest value becomes.</summary>
    public float Upper { get; }

    private protected override void FitRows(int width, FitRows rows)
    {
        int[] columns = SelectedOf(width);
        float[] minima = Enumerable.Repeat(float.PositiveInfinity, columns.Length).ToArray();
        float[] maxima = Enumerable.Repeat(float.NegativeInfinity, columns.Length).ToArray();
        rows.VisitValues(this, columns, (i, value) =>
        {
            minima[i] = Math.Min(minima[i], value);
            maxima[i] = Math.Max(maxima[i], value);
        });

        _fittedMinima = new float[width];
        _fittedScales = new float[width];
        Array.Fill(_fittedScales, 1f);
        for (int i = 0; i < columns.Length; i++)
        {
            if (minima[i] > maxima[i])
                throw Unsuitable(columns[i], "has no value, only NaN. Leave it out.");
            double range = (double)maxima[i] - minima[i];
            _fittedMinima[columns[i]] = minima[i];
            _fittedScales[columns[i]] = (float)(((double)Upper - Lower) / (range < SmallestRange ? 1 : range));
        }
    }

    private protected override Shape Declare(Shape input, LayerBuilder builder)
    {
        _minimum = AddFitted(builder, "minimum", input, _fittedMinima);
        _scale = AddFitted(builder, "scale", input, _fittedScales, ValueRule.NotNegative);
        builder.BackwardReads = BackwardReads.None;
        builder.CanRunInPlace = true;
        return input;
    }

    /// <inheritdoc/>
    protected internal override void Forward(in ForwardPass pass)
    {
        int width = _minimum.Shape.Size;
        for (int start = 0; start < pass.Output.Length; start += width)
        {
            Span<float> output = pass.Output.Slice(start, width);
            TensorPrimitives.Subtract(pass.Input.Slice(start, width), _minimum.Values, output);
            TensorPrimitives.Multiply(output, _scale.Values, output);
            if (Lower == 0)
                continue;
            for (int i = 0; i < SelectedCount(width); i++)
                output[SelectedColumn(i)] += Lower;
        }
    }

    /// <inheritdoc/>
    protected internal override void Backward(in BackwardPass pass)
    {
        int width = _minimum.Shape.Size;
        for (int start = 0; start < pass.InputGradient.Length; start += width)
            TensorPrimitives.Multiply(pass.OutputGradient.Slice(start, width), _scale.Values, pass.InputGradient.Slice(start, width));
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe()
    {
        string range = Lower == 0 && Upper == 1 ? "" : $"{LayerDescription.Format(Lower)}, {LayerDescription.Format(Upper)}";
        return DescribeColumns("MinMaxScaler", range).With("lower", Lower).With("upper", Upper);
    }
}
