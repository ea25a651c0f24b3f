using NeuralCore.Data;

namespace NeuralCore.Tabular;

/// <summary>The column that a model predicts, as targets.</summary>
internal static class TableLabels
{
    /// <summary>The classes that occur in a column.</summary>
    /// <exception cref="ArgumentException">A label is missing, or there are fewer than two classes.</exception>
    internal static string[] Classes(Table table, string label)
    {
        CategoricalColumn column = Categories(table, label);
        HashSet<int> found = [.. column.Codes];
        string[] classes = Enumerable.Range(0, column.Categories.Count).Where(found.Contains)
            .Select(code => column.Categories[code]).ToArray();
        return classes.Length > 1
            ? classes
            : throw new ArgumentException(
                $"{table.Name}: column \"{label}\" has one class; classification needs at least two.", nameof(label));
    }

    /// <summary>Each row's class.</summary>
    /// <exception cref="ArgumentException">A label is missing or not one of the classes.</exception>
    internal static ClassLabels ToClasses(Table table, string label, IReadOnlyList<string> classes)
    {
        CategoricalColumn column = Categories(table, label);
        Dictionary<string, int> indices = new(StringComparer.Ordinal);
        for (int i = 0; i < classes.Count; i++)
            indices[classes[i]] = i;
        int[] labels = new int[column.Count];
        for (int row = 0; row < labels.Length; row++)
        {
            string text = column.Text(row);
            if (!CategoryIndex.TryFind(indices, text, out labels[row]))
            {
                throw new ArgumentException(
                    $"{table.Locate(row)}, column \"{label}\": expected one of the {classes.Count} classes of training, "
                    + $"found {Cell.Show(text)}.");
            }
        }
        return new ClassLabels(labels, classes.Count);
    }

    /// <summary>Each row's value.</summary>
    /// <exception cref="ArgumentException">A label is missing or no number.</exception>
    internal static float[] ToValues(Table table, string label)
    {
        RequireAll(table, label);
        if (table[label] is not NumericColumn numbers)
        {
            throw new ArgumentException(
                $"{table.Name}: column \"{label}\" holds categories such as {Cell.Show(table[label].Text(0))}; "
                + "regression needs numbers. Use TabularClassifier.");
        }
        float[] values = new float[numbers.Count];
        for (int row = 0; row < values.Length; row++)
        {
            values[row] = (float)numbers.Values[row];
            if (float.IsInfinity(values[row]))
            {
                throw new ArgumentException(
                    $"{table.Locate(row)}, column \"{label}\": expected a number of single precision, found {numbers.Text(row)}.");
            }
        }
        return values;
    }

    private static CategoricalColumn Categories(Table table, string label)
    {
        RequireAll(table, label);
        return table[label] as CategoricalColumn ?? ((NumericColumn)table[label]).ToCategorical();
    }

    private static void RequireAll(Table table, string label)
    {
        Column column = table[label];
        if (table.RowCount == 0)
            throw new ArgumentException($"{table.Name} has no rows.", nameof(table));
        if (column.MissingCount == 0)
            return;
        int row = Enumerable.Range(0, column.Count).First(column.IsMissing);
        string more = column.MissingCount == 1 ? "" : $" (and {column.MissingCount - 1} more)";
        throw new ArgumentException($"{table.Locate(row)}, column \"{label}\": the label is missing{more}.");
    }
}
