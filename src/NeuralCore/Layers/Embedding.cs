using NeuralCore.Initializers;
using NeuralCore.Regularization;

namespace NeuralCore.Layers;

/// <summary>
/// Replaces category indices by rows of a trained table. The input is a vector of columns with whole numbers as floats; the output is one
/// vector: the table rows of the index columns, one after the other, then the other columns as they came.
/// </summary>
/// <remarks>
/// <para>With one count, as in Keras, all columns share one table of that many rows: [columns] becomes [columns · dimension].</para>
/// <para>With a count for each of the first columns, as tabular data needs, each of them has a table of its own and the columns behind them
/// pass through: <c>new Embedding([7, 12], 4)</c> turns [weekday, month, price, weight] into [4 + 4 + 2] values. The tables lie one after
/// the other in one parameter, [7 + 12, 4].</para>
/// <para>Gradients: the rows of dy that a table row was used for, summed over the batch in order; indices have none.</para>
/// </remarks>
public sealed class Embedding : Layer
{
    private readonly int[] _categories;
    private readonly bool _isShared;
    private Parameter? _embeddings;
    private int _indexColumns;

    /// <summary>Describes one table that all columns index.</summary>
    /// <param name="categories">How many categories there are: indices run from 0 to one less.</param>
    /// <param name="dimension">How many values a category becomes.</param>
    /// <param name="embeddingsInitializer">What the table starts from; uniform in ±0.05 by default, as in Keras.</param>
    /// <param name="embeddingsRegularizer">A penalty on the table that is added to the loss; none by default.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Embedding(
        int categories, int dimension, Initializer? embeddingsInitializer = null, Regularizer? embeddingsRegularizer = null,
        string? name = null)
        : this([categories], dimension, embeddingsInitializer, embeddingsRegularizer, name)
    {
        _isShared = true;
    }

    /// <summary>Describes a table for each of the first columns; the columns behind them pass through.</summary>
    /// <param name="categories">How many categories each of the first columns has; at least one column.</param>
    /// <param name="dimension">How many values a category becomes.</param>
    /// <param name="embeddingsInitializer">What the tables start from; uniform in ±0.05 by default, as in Keras.</param>
    /// <param name="embeddingsRegularizer">A penalty on the tables that is added to the loss; none by default.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">There is no column.</exception>
    public Embedding(
        IReadOnlyList<int> categories, int dimension, Initializer? embeddingsInitializer = null,
        Regularizer? embeddingsRegularizer = null, string? name = null)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(categories);
        if (categories.Count == 0)
            throw new ArgumentException("An embedding needs at least one column of categories.", nameof(categories));
        foreach (int count in categories)
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(categories));
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        _categories = [.. categories];
        Dimension = dimension;
        EmbeddingsInitializer = embeddingsInitializer ?? new RandomUniform();
        EmbeddingsRegularizer = embeddingsRegularizer;
    }

    /// <summary>How many categories each column has; one number where all columns share a table.</summary>
    public IReadOnlyList<int> Categories => _categories;

    /// <summary>How many values a category becomes.</summary>
    public int Dimension { get; }

    /// <summary>What the tables start from.</summary>
    public Initializer EmbeddingsInitializer { get; }

    /// <summary>The penalty on the tables; null for none.</summary>
    public Regularizer? EmbeddingsRegularizer { get; }

    internal override bool? GivesProbabilities => false;

    /// <inheritdoc/>
    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        if (input.Rank != 1)
            throw builder.Reject("a vector of category indices", input, "Put a Flatten before it.");
        if (!_isShared && input[0] < _categories.Length)
            throw builder.Reject($"at least {_categories.Length} columns", input, "Each number of categories belongs to one column.");
        _indexColumns = _isShared ? input[0] : _categories.Length;
        long rows = _categories.Sum(count => (long)count);
        long output = (long)_indexColumns * Dimension + input[0] - _indexColumns;
        if (rows * Dimension > Array.MaxLength / 2 || output > Array.MaxLength / 2)
            throw builder.Reject("tables that fit in memory", input, $"[{rows}, {Dimension}] weights and {output} outputs do not.");
        _embeddings = builder.AddParameter(
            "embeddings", [(int)rows, Dimension], EmbeddingsInitializer, regularizer: EmbeddingsRegularizer);
        builder.BackwardReads = BackwardReads.Input;
        return [(int)output];
    }

    /// <inheritdoc/>
    protected internal override void Forward(in ForwardPass pass)
    {
        (int columns, int size) = (InputShape.Size, OutputShape.Size);
        ReadOnlySpan<float> table = _embeddings!.Values;
        for (int row = 0; row < pass.Rows; row++)
        {
            ReadOnlySpan<float> input = pass.Input.Slice(row * columns, columns);
            Span<float> output = pass.Output.Slice(row * size, size);
            for (int column = 0, first = 0; column < _indexColumns; column++)
            {
                table.Slice((first + Index(input[column], column, pass.FirstRow + row)) * Dimension, Dimension)
                    .CopyTo(output[(column * Dimension)..]);
                first += _isShared ? 0 : _categories[column];
            }
            input[_indexColumns..].CopyTo(output[(_indexColumns * Dimension)..]);
        }
    }

    /// <inheritdoc/>
    protected internal override void Backward(in BackwardPass pass)
    {
        (int columns, int size) = (InputShape.Size, OutputShape.Size);
        for (int row = 0; row < pass.Rows; row++)
        {
            Span<float> gradient = pass.InputGradient.Slice(row * columns, columns);
            gradient[.._indexColumns].Clear();
            pass.OutputGradient.Slice(row * size + _indexColumns * Dimension, columns - _indexColumns).CopyTo(gradient[_indexColumns..]);
        }
    }

    /// <inheritdoc/>
    protected internal override void ComputeParameterGradients(in GradientPass pass)
    {
        (int columns, int size) = (InputShape.Size, OutputShape.Size);
        if (!pass.ContinuesSum)
            pass.Gradient.Clear();
        for (int row = 0; row < pass.Rows; row++)
        {
            for (int column = 0, first = 0; column < _indexColumns; column++)
            {
                // The forward pass has checked the index.
                int place = first + (int)pass.Input[row * columns + column] - pass.Start;
                first += _isShared ? 0 : _categories[column];
                if ((uint)place >= (uint)pass.Count)
                    continue;
                ReadOnlySpan<float> source = pass.OutputGradient.Slice(row * size + column * Dimension, Dimension);
                Span<float> sum = pass.Gradient.Slice(place * Dimension, Dimension);
                System.Numerics.Tensors.TensorPrimitives.Add(sum, source, sum);
            }
        }
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe()
    {
        string counts = string.Join(", ", _categories);
        return new LayerDescription("Embedding", (_isShared ? counts : $"[{counts}]") + $", {Dimension}"
            + (EmbeddingsRegularizer is null ? "" : $", embeddingsRegularizer: {EmbeddingsRegularizer}"))
            .With("categories", counts)
            .With("sharesTable", _isShared)
            .With("dimension", Dimension)
            .With("embeddingsInitializer", EmbeddingsInitializer.Describe())
            .WithOptional("embeddingsRegularizer", EmbeddingsRegularizer?.Describe());
    }

    /// <summary>Rebuilds the layer from its description.</summary>
    internal static Embedding From(LayerDescription description, string? name)
    {
        int[] categories = OneHotEncoder.ParseCounts(description.GetString("categories"));
        int dimension = description.GetInt32("dimension");
        Initializer? initializer = InitializerFactory.Create(description.GetDescription("embeddingsInitializer"));
        Regularizer? regularizer = Regularizer.From(description.GetDescription("embeddingsRegularizer"));
        bool isShared = description.GetBoolean("sharesTable");
        if (isShared && categories.Length > 1)
            throw new FormatException($"Embedding: a shared table has one number of categories, found {categories.Length}.");
        return isShared
            ? new Embedding(categories[0], dimension, initializer, regularizer, name)
            : new Embedding(categories, dimension, initializer, regularizer, name);
    }

    private int Index(float value, int column, int row)
    {
        int count = _categories[_isShared ? 0 : column];
        int index = (int)value;
        return index == value && (uint)index < (uint)count ? index : throw Wrong(value, column, row, count);
    }

    private ArgumentException Wrong(float value, int column, int row, int count) => new(
        $"{Name}: {this} expects whole numbers from 0 to {count - 1} in column {column}, got "
        + $"{LayerDescription.Format(value)} in row {row} of the batch. Is the column encoded as indices, and are they counted from 0?");
}
