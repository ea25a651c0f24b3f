using NeuralCore.Initializers;
using NeuralCore.Randomness;

namespace NeuralCore.Layers;

/// <summary>
/// A layer at the front of a model that prepares raw columns by what it learned from the training data in one pass, before training:
/// means, ranges, categories. They are part of the model, so saving, loading, predicting and cloning need nothing else.
/// </summary>
/// <remarks>
/// Fit it on the training data alone, before the model is built: <c>new StandardScaler().Fit(train.Features)</c>. What it learned are
/// statistics: no optimizer changes them, and before the first layer with weights nothing is computed on the way back.
/// </remarks>
public abstract class PreprocessingLayer : Layer
{
    private readonly int[]? _columns;
    private Shape? _fittedShape;
    private bool _isLoaded;

    private protected PreprocessingLayer(IReadOnlyList<int>? columns, string? name)
        : base(name) => _columns = ColumnList.Check(columns);

    /// <summary>The columns that the layer prepares, ascending; null for all. The others pass unchanged.</summary>
    public IReadOnlyList<int>? Columns => _columns;

    /// <summary>Whether the layer has learned from data, or needs none, or was loaded from a file.</summary>
    public bool IsFitted => _isLoaded || _fittedShape is not null || !NeedsFit;

    private protected virtual bool NeedsFit => true;

    internal sealed override bool? GivesProbabilities => false;

    /// <summary>Learns from data.</summary>
    /// <param name="shape">The shape of a sample.</param>
    /// <param name="blocks">The samples, row-major, in blocks of whole rows; may be enumerated several times.</param>
    /// <exception cref="InvalidOperationException">The layer is part of a model.</exception>
    /// <exception cref="ArgumentException">The data does not suit the layer.</exception>
    internal void Fit(Shape shape, IEnumerable<ReadOnlyMemory<float>> blocks)
    {
        if (IsBound)
        {
            throw new InvalidOperationException(
                $"{Name}: the layer is part of a model already. Fit it before the model is built.");
        }
        CheckColumns(shape, reason => new ArgumentException($"{this}: the data has samples {shape}, but {reason}", "features"));
        FitRows(shape.Size, new FitRows(blocks, shape.Size));
        _fittedShape = shape;
    }

    /// <summary>Takes the layer as fitted: a file brings what it learned.</summary>
    internal PreprocessingLayer AsLoaded()
    {
        _isLoaded = true;
        return this;
    }

    /// <inheritdoc/>
    protected internal sealed override Shape Build(Shape input, LayerBuilder builder)
    {
        if (!IsFitted)
        {
            throw new InvalidOperationException(
                $"{builder.Name}: {this} has not been fitted. Call Fit(train.Features) before the model is built.");
        }
        if (_fittedShape is not null && _fittedShape != input)
            throw builder.Reject($"{_fittedShape} as in the data that it was fitted on", input, "Fit it on data of the model's shape.");
        CheckColumns(input, reason => builder.Reject("its columns", input, $"In samples {input}, {reason}"));
        return Declare(input, builder);
    }

    private protected abstract void FitRows(int width, FitRows rows);

    private protected abstract Shape Declare(Shape input, LayerBuilder builder);

    private protected int[] SelectedOf(int width) => _columns ?? Enumerable.Range(0, width).ToArray();

    private protected int SelectedCount(int width) => _columns?.Length ?? width;

    private protected int SelectedColumn(int index) => _columns is null ? index : _columns[index];

    private protected string ColumnsText => ColumnList.Format(_columns);

    /// <summary>The start of the layer's description in code, with its columns.</summary>
    private protected LayerDescription DescribeColumns(string kind, string settings)
    {
        string columns = _columns is null ? "" : $"columns: [{ColumnsText}]";
        string separator = settings.Length > 0 && columns.Length > 0 ? ", " : "";
        return new LayerDescription(kind, settings + separator + columns).With("columns", ColumnsText);
    }

    /// <summary>Declares what the layer learned; zero where a file brings it.</summary>
    private protected static Parameter AddFitted(
        LayerBuilder builder, string name, Shape shape, float[]? values, ValueRule? rule = null)
    {
        Parameter parameter = builder.AddStatistic(name, shape, new Fitted(values));
        parameter.Rule = rule;
        return parameter;
    }

    private protected ArgumentException Unsuitable(int column, string found) => new($"{this}: column {column} {found}", "features");

    private void CheckColumns(Shape shape, Func<string, Exception> error)
    {
        if (_columns is null)
            return;
        if (shape.Rank != 1)
            throw error("columns can only be listed for vectors. Put a Flatten before it, or leave the columns out.");
        if (_columns[^1] >= shape[0])
            throw error($"there is no column {_columns[^1]}: they are 0 to {shape[0] - 1}.");
    }

    private sealed class Fitted(float[]? learned) : Initializer
    {
        protected internal override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) =>
            learned?.CopyTo(values);

        protected internal override LayerDescription Describe() => new("Fitted");
    }
}
