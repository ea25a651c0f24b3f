using System.Globalization;

namespace NeuralCore.Layers;

/// <summary>
/// Turns columns of category codes, which are whole numbers, into one column for each category: 1 for the row's category, else 0. A code
/// that was not in the data it was fitted on, or a missing one (NaN), gives zeros only.
/// </summary>
/// <remarks>
/// As scikit-learn's <c>OneHotEncoder(handle_unknown="ignore")</c>, but in place: the columns of a category stand where its codes stood,
/// categories ascending, and the other columns pass unchanged between them. Shape: [columns] to [columns and categories]. The output is
/// constant but for jumps, so the gradient of a code is 0.
/// </remarks>
public sealed class OneHotEncoder : PreprocessingLayer
{
    // The largest code that floats tell from its neighbours.
    private const float LargestCode = 1 << 24;

    private float[]? _fittedCategories;
    private int[] _counts;
    private Parameter _categories = null!;

    /// <summary>Describes an encoder, to be fitted.</summary>
    /// <param name="columns">The columns of codes, from 0; null for all. The others pass unchanged.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentException">The list of columns is empty, or a column is negative or listed twice.</exception>
    public OneHotEncoder(IReadOnlyList<int>? columns = null, string? name = null)
        : this(columns, [], name)
    {
    }

    internal OneHotEncoder(IReadOnlyList<int>? columns, int[] counts, string? name)
        : base(columns, name) => _counts = counts;

    /// <summary>How many categories each encoded column has; empty before the layer is fitted.</summary>
    public IReadOnlyList<int> CategoryCounts => _counts;

    /// <summary>Reads the numbers of categories from a description.</summary>
    /// <exception cref="FormatException">The text is not a list of positive numbers.</exception>
    internal static int[] ParseCounts(string text) => text.Split(", ").Select(part =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new FormatException("The categories are not a list of positive numbers such as \"3, 12\".")).ToArray();

    private protected override void FitRows(int width, FitRows rows)
    {
        int[] columns = SelectedOf(width);
        SortedSet<float>[] found = columns.Select(_ => new SortedSet<float>()).ToArray();
        rows.Visit((row, values) =>
        {
            for (int i = 0; i < columns.Length; i++)
            {
                float code = values[columns[i]];
                if (float.IsNaN(code))
                    continue;
                if (code != MathF.Floor(code) || Math.Abs(code) > LargestCode)
                {
                    throw new ArgumentException(
                        FormattableString.Invariant($"{this}: row {row}, column {columns[i]} is {code}, not a whole number of at most ")
                        + $"{LargestCode}. Is it a numeric column? List the columns of categories.", "features");
                }
                found[i].Add(code == 0 ? 0 : code);
            }
        });
        for (int i = 0; i < columns.Length; i++)
        {
            if (found[i].Count == 0)
                throw Unsuitable(columns[i], "has no category, only NaN. Leave it out.");
        }
        _fittedCategories = found.SelectMany(codes => codes).ToArray();
        _counts = found.Select(codes => codes.Count).ToArray();
    }

    private protected override Shape Declare(Shape input, LayerBuilder builder)
    {
        if (input.Rank != 1)
            throw builder.Reject("a vector", input, "Put a Flatten before it.");
        if (_counts.Length != SelectedCount(input[0]))
        {
            throw builder.Reject(
                $"a vector with {_counts.Length} columns of categories", input, "It describes another number of columns.");
        }
        long categories = _counts.Sum(count => (long)count);
        long width = input[0] - _counts.Length + categories;
        if (width > Array.MaxLength / 2)
            throw builder.Reject("categories that fit in memory", input, $"One-hot, a row would have {width} columns.");
        _categories = AddFitted(builder, "categories", [(int)categories], _fittedCategories, new ValueRule(
            $"ascending whole numbers of at most {LargestCode}, column by column", IndexOfInvalid));
        builder.BackwardReads = BackwardReads.None;
        return [(int)width];
    }

    /// <inheritdoc/>
    protected internal override void Forward(in ForwardPass pass)
    {
        pass.Output.Clear();
        for (int row = 0; row < pass.Rows; row++)
        {
            EncodeRow(
                pass.Input.Slice(row * InputShape.Size, InputShape.Size), pass.Output.Slice(row * OutputShape.Size, OutputShape.Size));
        }
    }

    /// <inheritdoc/>
    protected internal override void Backward(in BackwardPass pass)
    {
        pass.InputGradient.Clear();
        for (int row = 0; row < pass.Rows; row++)
        {
            ReadOnlySpan<float> output = pass.OutputGradient.Slice(row * OutputShape.Size, OutputShape.Size);
            Span<float> input = pass.InputGradient.Slice(row * InputShape.Size, InputShape.Size);
            for (int column = 0, encoded = 0, at = 0; column < input.Length; column++)
            {
                if (IsEncoded(column, encoded))
                    at += _counts[encoded++];
                else
                    input[column] = output[at++];
            }
        }
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe()
    {
        LayerDescription description = DescribeColumns("OneHotEncoder", "");
        string counts = string.Join(", ", _counts.Select(count => count.ToString(CultureInfo.InvariantCulture)));
        return _counts.Length == 0 ? description : description.With("categories", counts);
    }

    // Bisection finds nothing among codes that do not ascend.
    private int IndexOfInvalid(ReadOnlySpan<float> categories)
    {
        int start = 0;
        foreach (int count in _counts)
        {
            for (int i = start; i < start + count; i++)
            {
                float code = categories[i];
                if (code != MathF.Floor(code) || Math.Abs(code) > LargestCode || (i > start && code <= categories[i - 1]))
                    return i;
            }
            start += count;
        }
        return -1;
    }

    private void EncodeRow(ReadOnlySpan<float> input, Span<float> output)
    {
        ReadOnlySpan<float> categories = _categories.Values;
        for (int column = 0, encoded = 0, at = 0; column < input.Length; column++)
        {
            if (!IsEncoded(column, encoded))
            {
                output[at++] = input[column];
                continue;
            }
            int count = _counts[encoded++];
            int category = IndexOf(categories[..count], input[column]);
            if (category >= 0)
                output[at + category] = 1;
            categories = categories[count..];
            at += count;
        }
    }

    private bool IsEncoded(int column, int encoded) => encoded < _counts.Length && SelectedColumn(encoded) == column;

    // Codes 0, 1, 2, ... are found at once, others by bisection; negative if there is none.
    private static int IndexOf(ReadOnlySpan<float> categories, float code)
    {
        if (code >= 0 && code < categories.Length && categories[(int)code] == code)
            return (int)code;
        int low = 0;
        int high = categories.Length - 1;
        while (low <= high)
        {
            int middle = low + (high - low) / 2;
            if (categories[middle] == code)
                return middle;
            if (categories[middle] < code)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }
}
