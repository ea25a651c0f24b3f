using System.Collections.Frozen;

namespace NeuralCore.Tabular;

/// <summary>Reads a table in two passes: the first finds each column's type and the number of rows, the second the values.</summary>
internal sealed class CsvTableReader
{
    /// <summary>The most columns of a file.</summary>
    internal const int MostColumns = 100_000;

    private readonly CsvSource _source;
    private readonly CsvOptions _options;
    private readonly char _separator;
    private readonly FrozenSet<string> _missing;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _isMissing;
    private bool _isFirst;

    private CsvTableReader(CsvSource source, CsvOptions options)
    {
        _source = source;
        _options = options;
        _separator = options.Separator ?? CsvRows.DetectSeparator(source);
        _missing = options.MissingValues.ToFrozenSet(StringComparer.Ordinal);
        _isMissing = _missing.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    internal static Table Read(CsvSource source, CsvOptions? options)
    {
        options ??= new CsvOptions();
        options.Check();
        return new CsvTableReader(source, options).Read();
    }

    private Table Read()
    {
        (ColumnReader[] columns, int count) = FindTypes();
        int[] lines = new int[count];
        using CsvRows rows = Open(out _);
        int row = 0;
        foreach (ColumnReader column in columns)
            column.Begin(count);
        while (Next(rows))
        {
            if (row == count)
                throw Changed();
            lines[row] = rows.Line;
            foreach (ColumnReader column in columns)
            {
                ReadOnlySpan<char> text = rows[column.Index];
                column.Set(row, text, _isMissing.Contains(text), rows);
            }
            row++;
        }
        return row == count
            ? new Table(columns.Select(column => column.Finish()), _source.Name, lines)
            : throw Changed();
    }

    // Everything about the file that can be wrong is found here, before memory is allocated for its values.
    private (ColumnReader[] Columns, int Count) FindTypes()
    {
        using CsvRows rows = Open(out string[] names);
        HashSet<string> known = new(names, StringComparer.Ordinal);
        foreach (string name in _options.Categorical.Concat(_options.Numeric).Concat(_options.Ignored))
        {
            if (!known.Contains(name) && !_options.AllowsUnknownNames)
                throw new ArgumentException($"{_source.Name} has no column {Cell.Show(name)}. {NameList.Known(names, name)}");
        }
        HashSet<string> ignored = new(_options.Ignored, StringComparer.Ordinal);
        ColumnReader[] columns = names.Select((name, i) => new ColumnReader(name, i, _options))
            .Where(column => !ignored.Contains(column.Name)).ToArray();
        int count = 0;
        while (Next(rows))
        {
            foreach (ColumnReader column in columns)
            {
                ReadOnlySpan<char> text = rows[column.Index];
                if (!_isMissing.Contains(text))
                    column.See(text, rows.Line);
            }
            count = checked(count + 1);
        }
        foreach (ColumnReader column in columns)
            column.Decide(rows);
        return (columns, count);
    }

    private CsvRows Open(out string[] names)
    {
        CsvRows rows = CsvRows.Open(_source, _separator);
        try
        {
            if (!rows.MoveNext())
                throw new InvalidDataException($"{_source.Name}: expected a line of column names, found an empty file.");
            if (rows.Width > MostColumns)
                throw new InvalidDataException(
                    $"{_source.Name}, line {rows.Line}: expected at most {MostColumns} columns, found {rows.Width}.");
            names = ReadNames(rows);
            rows.Names = names;
            _isFirst = !_options.HasHeader;
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    // Without a header, the first line is a row too, and has been moved to.
    private bool Next(CsvRows rows)
    {
        if (!_isFirst)
            return rows.MoveNext();
        _isFirst = false;
        return true;
    }

    private string[] ReadNames(CsvRows rows)
    {
        string[] names = new string[rows.Width];
        Dictionary<string, int> found = new(StringComparer.Ordinal);
        bool areNumbers = true;
        for (int i = 0; i < names.Length; i++)
        {
            ReadOnlySpan<char> text = _options.HasHeader ? rows[i] : "";
            areNumbers &= _options.HasHeader && Cell.TryParse(text, out _);
            names[i] = text.IsEmpty ? $"column_{i + 1}" : text.ToString();
            if (!found.TryAdd(names[i], i))
                throw new InvalidDataException(
                    $"{_source.Name}, line {rows.Line}: columns {found[names[i]] + 1} and {i + 1} are both named {Cell.Show(names[i])}.");
        }
        if (areNumbers)
            throw new InvalidDataException(
                $"{_source.Name}, line {rows.Line}: expected the columns' names, found only numbers. "
                + "Add a line of names, or set CsvOptions.HasHeader to false.");
        return names;
    }

    private InvalidDataException Changed() => new($"{_source.Name} was changed while it was read.");
}
