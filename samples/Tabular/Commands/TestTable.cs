using NeuralCore.Tabular;

namespace NeuralCore.Samples.Tabular.Commands;

/// <summary>The rows that a model is tested on.</summary>
internal static class TestTable
{
    private const int Share = 5;

    /// <summary>Sets a fifth of the rows aside, of each class if there are classes.</summary>
    internal static (Table Training, Table Test) SetAside(Table table, string label, bool isClassifier, long seed)
    {
        if (table.RowCount < Share)
        {
            throw new ArgumentException(
                $"{table.Name} has {table.RowCount} rows: too few to keep some for testing. Name a file with --test.");
        }
        int[] rows = Enumerable.Range(0, table.RowCount).ToArray();
        new Random(unchecked((int)seed)).Shuffle(rows);
        IEnumerable<IEnumerable<int>> groups = isClassifier ? rows.GroupBy(row => table[label].Text(row)) : [rows];
        bool[] isTest = new bool[table.RowCount];
        foreach (IEnumerable<int> group in groups)
        {
            int[] members = group.ToArray();
            foreach (int row in members.Take(members.Length / Share))
                isTest[row] = true;
        }
        if (!isTest.Contains(true))
            throw new ArgumentException($"{table.Name}: no class has enough rows to keep one for testing. Name a file with --test.");
        int[] all = Enumerable.Range(0, table.RowCount).ToArray();
        return (table.Rows(Array.FindAll(all, row => !isTest[row])), table.Rows(Array.FindAll(all, row => isTest[row])));
    }

    /// <summary>Finds before training what a test would fail for: a label that is missing, or a class that is not known.</summary>
    internal static void CheckLabels(Table training, Table test, string label, bool isClassifier)
    {
        if (isClassifier)
            training.ToClasses(label).Convert(test);
        else
            training.ToNumbers(label).Convert(test);
    }

    /// <summary>Reads a test file, whose columns have the types of the training file's.</summary>
    internal static Table Read(string path, Table training, string label, bool isClassifier, CsvOptions csv)
    {
        Table test = Table.ReadCsv(path, new() { Separator = csv.Separator });
        string[] shared = training.Columns.Select(column => column.Name).Where(test.HasColumn).ToArray();
        string[] categories = shared.Where(name => training[name] is CategoricalColumn || (isClassifier && name == label)).ToArray();
        string[] others = test.Columns.Select(column => column.Name).Except(shared).ToArray();
        return Table.ReadCsv(path, new()
        {
            Separator = csv.Separator,
            Categorical = categories,
            Numeric = shared.Except(categories).ToArray(),
            Ignored = others,
        });
    }
}
