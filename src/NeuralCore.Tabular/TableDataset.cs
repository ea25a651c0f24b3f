using NeuralCore.Data;

namespace NeuralCore.Tabular;

/// <summary>
/// A table as a data set for a network, with the means to turn other tables, such as test data, into the same inputs. Numbers are inputs as
/// they are, NaN where missing; of a column of categories each category is an input, 1 or 0.
/// </summary>
/// <remarks>
/// Of a column with more than 64 categories, the 64 most frequent ones are inputs. Columns that are constant, or whose categories are
/// nearly all different, are left out. Made by <see cref="TableDatasets"/>.
/// </remarks>
/// <typeparam name="TTarget"><c>int</c> for classes, <c>float</c> for numbers to predict.</typeparam>
public sealed class TableDataset<TTarget>
    where TTarget : unmanaged
{
    private readonly Func<Table, TargetSource<TTarget>> _targets;

    internal TableDataset(Table table, TableSchema schema, IReadOnlyList<string> leftOut, Func<Table, TargetSource<TTarget>> targets)
    {
        Schema = schema;
        LeftOut = leftOut;
        _targets = targets;
        Values = new TableEncoder(schema).Encode(table);
        Data = new Dataset<TTarget>(new ArrayFeatures(Values, [schema.Width]), targets(table));
        Inputs = schema.Columns.SelectMany(column =>
            column.Categories?.Select(category => $"{column.Name}={category}") ?? [column.Name]).ToArray();
    }

    /// <summary>The samples: vectors, with one target each.</summary>
    public Dataset<TTarget> Data { get; }

    /// <summary>The names of the classes, by index; empty where the target is a number.</summary>
    public IReadOnlyList<string> Classes => Schema.Classes ?? [];

    /// <summary>The names of the inputs: that of the column, and for a category <c>column=category</c>.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The columns that are no inputs, each with the reason.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    internal TableSchema Schema { get; }

    /// <summary>The inputs of all rows, row-major.</summary>
    internal float[] Values { get; }

    /// <summary>Turns another table into samples with the same inputs and classes. A category that is not known has no input.</summary>
    /// <param name="table">A table with the same columns; others do not matter.</param>
    /// <exception cref="ArgumentException">A column is missing or not of the same type, or a label is missing or not known.</exception>
    public Dataset<TTarget> Convert(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new(new ArrayFeatures(new TableEncoder(Schema).Encode(table), [Schema.Width]), _targets(table));
    }
}

/// <summary>Turns tables into data sets.</summary>
public static class TableDatasets
{
    /// <summary>Takes a column for classes, and predicts them from the others.</summary>
    /// <param name="table">The table.</param>
    /// <param name="label">The column of classes; numbers are taken for names of classes.</param>
    /// <exception cref="ArgumentException">
    /// There is no such column, a label is missing, there are fewer than two classes, or no column is left to predict from.
    /// </exception>
    public static TableDataset<int> ToClasses(this Table table, string label)
    {
        ArgumentNullException.ThrowIfNull(table);
        string[] classes = TableLabels.Classes(table, label);
        (InputColumn[] columns, string[] leftOut) = TableEncoder.Choose(table, label);
        return new(table, new(label, classes, columns), leftOut, other => TableLabels.ToClasses(other, label, classes));
    }

    /// <summary>Takes a column for the numbers to predict from the others.</summary>
    /// <param name="table">The table.</param>
    /// <param name="label">The column of numbers.</param>
    /// <exception cref="ArgumentException">
    /// There is no such column, a label is missing or no number, or no column is left to predict from.
    /// </exception>
    public static TableDataset<float> ToNumbers(this Table table, string label)
    {
        ArgumentNullException.ThrowIfNull(table);
        // Checks the label before the other columns.
        _ = TableLabels.ToValues(table, label);
        (InputColumn[] columns, string[] leftOut) = TableEncoder.Choose(table, label);
        return new(table, new(label, null, columns), leftOut, other => new ArrayTargets(TableLabels.ToValues(other, label), 1));
    }
}
