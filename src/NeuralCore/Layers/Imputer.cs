namespace NeuralCore.Layers;

/// <summary>What an <see cref="Imputer"/> puts in place of missing values.</summary>
public enum ImputeStrategy
{
    /// <summary>The mean of the column's other values.</summary>
    Mean,

    /// <summary>The median of the column's other values; of an even number of values the mean of the middle two.</summary>
    Median,

    /// <summary>A given value.</summary>
    Constant,
}

/// <summary>Replaces missing values (NaN) of columns: <c>y = x</c>, or the column's mean, median or a constant where x is NaN.</summary>
/// <remarks>
/// As scikit-learn's <c>SimpleImputer</c>. Fitting for a median takes as much memory as the listed columns of the data. Shape: any, kept;
/// gradient <c>dx = dy</c>, 0 where x is NaN.
/// </remarks>
public sealed class Imputer : PreprocessingLayer
{
    private float[]? _fitted;
    private Parameter _fill = null!;

    /// <summary>Describes an imputer, to be fitted unless it fills in a constant.</summary>
    /// <param name="strategy">What replaces a missing value.</param>
    /// <param name="columns">The columns to complete, from 0; null for all. The others pass unchanged.</param>
    /// <param name="fillValue">The constant for <see cref="ImputeStrategy.Constant"/>; finite.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentException">The list of columns is empty, or a column is negative or listed twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The strategy is unknown or the constant is not finite.</exception>
    public Imputer(
        ImputeStrategy strategy = ImputeStrategy.Mean, IReadOnlyList<int>? columns = null, double fillValue = 0, string? name = null)
        : base(columns, name)
    {
        Strategy = SettingChecks.Defined(strategy, "The strategy");
        FillValue = (float)SettingChecks.Finite(fillValue, "The fill value");
    }

    /// <summary>What replaces a missing value.</summary>
    public ImputeStrategy Strategy { get; }

    /// <summary>The constant for <see cref="ImputeStrategy.Constant"/>.</summary>
    public float FillValue { get; }

    private protected override bool NeedsFit => Strategy != ImputeStrategy.Constant;

    private protected override void FitRows(int width, FitRows rows)
    {
        int[] columns = SelectedOf(width);
        _fitted = Strategy switch
        {
            ImputeStrategy.Mean => Means(rows, columns),
            ImputeStrategy.Median => Medians(rows, columns),
            _ => null,
        };
    }

    private protected override Shape Declare(Shape input, LayerBuilder builder)
    {
        _fill = Strategy == ImputeStrategy.Constant
            ? builder.AddStatistic("fill", [SelectedCount(input.Size)], new Initializers.Constant(FillValue))
            : AddFitted(builder, "fill", [SelectedCount(input.Size)], _fitted);
        builder.BackwardReads = BackwardReads.Input;
        builder.CanRunInPlace = true;
        return input;
    }

    /// <inheritdoc/>
    protected internal override void Forward(in ForwardPass pass)
    {
        pass.Input.CopyTo(pass.Output);
        ReadOnlySpan<float> fill = _fill.Values;
        for (int start = 0; start < pass.Output.Length; start += InputShape.Size)
        {
            for (int i = 0; i < fill.Length; i++)
            {
                ref float value = ref pass.Output[start + SelectedColumn(i)];
                if (float.IsNaN(value))
                    value = fill[i];
            }
        }
    }

    /// <inheritdoc/>
    protected internal override void Backward(in BackwardPass pass)
    {
        pass.OutputGradient.CopyTo(pass.InputGradient);
        for (int start = 0; start < pass.InputGradient.Length; start += InputShape.Size)
        {
            for (int i = 0; i < _fill.Shape.Size; i++)
            {
                if (float.IsNaN(pass.Input[start + SelectedColumn(i)]))
                    pass.InputGradient[start + SelectedColumn(i)] = 0;
            }
        }
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe()
    {
        string constant = Strategy == ImputeStrategy.Constant ? $" {LayerDescription.Format(FillValue)}" : "";
        return DescribeColumns("Imputer", $"{Strategy}{constant}").With("strategy", $"{Strategy}").With("fillValue", FillValue);
    }

    private float[] Means(FitRows rows, int[] columns)
    {
        double[] sums = new double[columns.Length];
        long[] counts = new long[columns.Length];
        rows.VisitValues(this, columns, (i, value) =>
        {
            sums[i] += value;
            counts[i]++;
        });
        return columns.Select((column, i) => counts[i] > 0 ? (float)(sums[i] / counts[i]) : throw NoValue(column)).ToArray();
    }

    private float[] Medians(FitRows rows, int[] columns)
    {
        List<float>[] values = columns.Select(_ => new List<float>()).ToArray();
        rows.VisitValues(this, columns, (i, value) => values[i].Add(value));
        return columns.Select((column, i) =>
        {
            List<float> sorted = values[i];
            sorted.Sort();
            int half = sorted.Count / 2;
            return sorted.Count == 0 ? throw NoValue(column)
                : sorted.Count % 2 == 1 ? sorted[half]
                : (float)(((double)sorted[half - 1] + sorted[half]) / 2);
        }).ToArray();
    }

    private ArgumentException NoValue(int column) =>
        Unsuitable(column, $"has no value, only NaN, so it has no {Strategy.ToString().ToLowerInvariant()}. "
            + "Leave it out, or fill in a constant.");
}
