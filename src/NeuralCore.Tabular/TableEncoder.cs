using System.Globalization;

namespace NeuralCore.Tabular;

/// <summary>Turns rows of a table into the inputs of a network: numbers as they are (NaN where missing), categories one-hot.</summary>
internal sealed class TableEncoder
{
    // Of a column with more categories, the most frequent ones get an input.
    private const int MostCategories = 64;

    private readonly TableSchema _schema;

    internal TableEncoder(TableSchema schema) => _schema = schema;

    /// <summary>Decides what a model reads of a table, and says what it leaves out and why.</summary>
    /// <exception cref="ArgumentException">No column is left to predict from.</exception>
    internal static (InputColumn[] Columns, string[] LeftOut) Choose(Table table, string label)
    {
        List<InputColumn> columns = [];
        List<string> leftOut = [];
        foreach (Column column in table.Columns.Where(column => column.Name != label))
        {
            if (WhyUseless(column) is { } reason)
                leftOut.Add($"{column.Name}: {reason}");
            else
                columns.Add(new InputColumn(column.Name, column is CategoricalColumn categorical ? Frequent(categorical) : null));
        }
        return columns.Count > 0
            ? (columns.ToArray(), leftOut.ToArray())
            : throw new ArgumentException(
                $"{table.Name} has no column to predict \"{label}\" from"
                + (leftOut.Count == 0 ? "." : $": {string.Join("; ", leftOut)}."));
    }

    /// <summary>The inputs of all rows, row-major.</summary>
    /// <exception cref="ArgumentException">
    /// A column is missing, or holds categories where numbers are expected, or there are too many values for memory.
    /// </exception>
    internal float[] Encode(Table table)
    {
        int width = _schema.Width;
        if ((long)table.RowCount * width > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{table.Name} has {table.RowCount} rows, each of {width} inputs: more than the {Array.MaxLength} values of an array. "
                + "Take fewer rows, or leave out columns with many categories.");
        }
        float[] inputs = new float[table.RowCount * width];
        int offset = 0;
        foreach (InputColumn input in _schema.Columns)
        {
            if (!table.HasColumn(input.Name))
            {
                string known = NameList.Known(table.Columns.Select(column => column.Name), input.Name);
                throw new ArgumentException(
                    $"{table.Name} has no column \"{input.Name}\", which the model predicts \"{_schema.Label}\" from. {known}");
            }
            Column column = table[input.Name];
            if (input.Categories is null)
                EncodeNumbers(table, column, inputs.AsSpan(offset), width);
            else
                EncodeCategories(column, input.Categories, inputs.AsSpan(offset), width);
            offset += input.Width;
        }
        return inputs;
    }

    private static void EncodeNumbers(Table table, Column column, Span<float> inputs, int width)
    {
        if (column is not NumericColumn numbers)
        {
            int row = Enumerable.Range(0, column.Count).FirstOrDefault(row => !column.IsMissing(row));
            if (column.MissingCount < column.Count)
            {
                throw new ArgumentException(
                    $"{table.Locate(row)}, column \"{column.Name}\": expected a number, as in training, "
                    + $"found {Cell.Show(column.Text(row))}.");
            }
            numbers = new NumericColumn(column.Name, Enumerable.Repeat(double.NaN, column.Count).ToArray());
        }
        for (int row = 0; row < numbers.Count; row++)
        {
            float value = (float)numbers.Values[row];
            if (float.IsInfinity(value))
            {
                throw new ArgumentException(
                    $"{table.Locate(row)}, column \"{column.Name}\": expected a number of single precision, found {column.Text(row)}.");
            }
            inputs[row * width] = value;
        }
    }

    // A category that was not there in training, and a missing one, have no input: all are 0.
    private static void EncodeCategories(Column column, string[] known, Span<float> inputs, int width)
    {
        CategoricalColumn categories = column as CategoricalColumn ?? ((NumericColumn)column).ToCategorical();
        Dictionary<string, int> indices = new(StringComparer.Ordinal);
        for (int i = 0; i < known.Length; i++)
            indices.TryAdd(known[i], i);
        int[] indexOf = categories.Categories.Select(name => CategoryIndex.TryFind(indices, name, out int index) ? index : -1).ToArray();
        for (int row = 0; row < categories.Count; row++)
        {
            int code = categories.Codes[row];
            if (code != CategoricalColumn.MissingCode && indexOf[code] >= 0)
                inputs[row * width + indexOf[code]] = 1;
        }
    }

    private static string? WhyUseless(Column column)
    {
        if (column.MissingCount == column.Count)
            return "it has no values";
        if (column is NumericColumn numbers)
        {
            double first = numbers.Values[Enumerable.Range(0, column.Count).First(row => !column.IsMissing(row))];
            return numbers.Values.ContainsAnyExcept(first, double.NaN) ? null : "it is constant";
        }
        CategoricalColumn categories = (CategoricalColumn)column;
        int distinct = categories.Codes.ToArray().Distinct().Count(code => code != CategoricalColumn.MissingCode);
        int present = column.Count - column.MissingCount;
        return distinct == 1 && column.MissingCount == 0 ? "it is constant"
            : distinct > MostCategories && distinct > present / 2
                ? string.Create(CultureInfo.InvariantCulture, $"{distinct} of its {present} values are different, as names or ids are")
            : null;
    }

    private static string[] Frequent(CategoricalColumn column)
    {
        int[] counts = new int[column.Categories.Count];
        foreach (int code in column.Codes)
        {
            if (code != CategoricalColumn.MissingCode)
                counts[code]++;
        }
        return Enumerable.Range(0, counts.Length).Where(code => counts[code] > 0)
            .OrderByDescending(code => counts[code]).Take(MostCategories).Order()
            .Select(code => column.Categories[code]).ToArray();
    }
}
