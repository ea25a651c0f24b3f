using System.Diagnostics;
using System.Globalization;

namespace NeuralCore.Tabular;

/// <summary>Named columns of equal length, numeric or categorical: the content of a CSV file. Immutable.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class Table
{
    private readonly Dictionary<string, Column> _byName = new(StringComparer.Ordinal);
    private readonly Column[] _columns;
    private readonly int[]? _lines;

    /// <summary>Joins columns.</summary>
    /// <param name="columns">The columns, of equal length, at least one.</param>
    /// <param name="name">A name for messages, such as the file's.</param>
    /// <exception cref="ArgumentException">There is no column, two have the same name, or their lengths differ.</exception>
    public Table(IEnumerable<Column> columns, string name = "table")
        : this(columns, name, null)
    {
    }

    internal Table(IEnumerable<Column> columns, string name, int[]? lines)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(name);
        _columns = columns.ToArray();
        _lines = lines;
        Name = name;
        if (_columns.Length == 0)
            throw new ArgumentException($"{name}: a table has at least one column.", nameof(columns));
        RowCount = _columns[0].Count;
        foreach (Column column in _columns)
        {
            if (column.Count != RowCount)
            {
                throw new ArgumentException(
                    $"{name}: column \"{column.Name}\" has {column.Count} rows, but \"{_columns[0].Name}\" has {RowCount}.",
                    nameof(columns));
            }
            if (!_byName.TryAdd(column.Name, column))
                throw new ArgumentException($"{name}: two columns are named \"{column.Name}\".", nameof(columns));
        }
    }

    /// <summary>The name for messages.</summary>
    public string Name { get; }

    /// <summary>The number of rows.</summary>
    public int RowCount { get; }

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<Column> Columns => _columns;

    /// <summary>The column of a name; upper and lower case matter.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">There is no such column; the message names those there are.</exception>
    public Column this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return _byName.TryGetValue(name, out Column? column)
                ? column
                : throw new ArgumentException(
                    $"{Name} has no column {Cell.Show(name)}. {NameList.Known(_columns.Select(known => known.Name), name)}", nameof(name));
        }
    }

    /// <summary>
    /// Reads a CSV file (RFC 4180): a line of names, then one line for each row; cells may be in quotes. Each column's type follows
    /// from its cells: numbers in the invariant culture, or else categories. Empty lines are skipped.
    /// </summary>
    /// <remarks>
    /// A column in which nine of ten cells are numbers is taken for one of numbers, and the others for errors, unless
    /// <see cref="CsvOptions.Categorical"/> names it. A table takes 8 bytes for each number and 4 for each category, apart from the
    /// distinct texts. A row may have up to 100,000 cells and 16 million characters.
    /// </remarks>
    /// <param name="path">The file; a byte order mark is recognized.</param>
    /// <param name="options">Separator, types, what stands for a missing value.</param>
    /// <exception cref="InvalidDataException">The content is not valid; the message names line and column, expected and found.</exception>
    /// <exception cref="ArgumentException">An option names a column that is not in the file, or contradicts another.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder, a device or a FIFO, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static Table ReadCsv(string path, CsvOptions? options = null)
    {
        options ??= new CsvOptions();
        using CsvSource source = CsvSource.Open(path, options.Encoding);
        return CsvTableReader.Read(source, options);
    }

    /// <summary>Reads a table from the text of a CSV file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">As for a file.</param>
    /// <param name="name">The table's name, for messages.</param>
    /// <inheritdoc cref="ReadCsv"/>
    public static Table ParseCsv(string text, CsvOptions? options = null, string name = "csv")
    {
        ArgumentNullException.ThrowIfNull(text);
        using CsvSource source = CsvSource.Of(text, name);
        return CsvTableReader.Read(source, options);
    }

    /// <summary>
    /// Writes the table as a CSV file that <see cref="ReadCsv"/> reads back to the same values: UTF-8, commas, numbers in the invariant
    /// culture with all digits. An existing file is replaced atomically.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written; an old one is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public void WriteCsv(string path) => CsvTableWriter.Write(this, path);

    /// <summary>Writes the table as CSV text, with line feeds.</summary>
    /// <param name="writer">Receives the text.</param>
    public void WriteCsv(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        CsvTableWriter.Write(this, writer);
    }

    /// <summary>Whether there is a column of a name.</summary>
    /// <param name="name">The name.</param>
    public bool HasColumn(string name) => _byName.ContainsKey(name);

    /// <summary>The given rows in the given order, repeats allowed; a categorical column keeps all of its categories.</summary>
    /// <param name="rows">The rows, each from 0 to <see cref="RowCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the table.</exception>
    public Table Rows(ReadOnlySpan<int> rows)
    {
        int[] lines = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] < 0 || rows[i] >= RowCount)
                throw new ArgumentOutOfRangeException(nameof(rows), rows[i], $"{Name} has rows 0 to {RowCount - 1}.");
            lines[i] = _lines is null ? 0 : _lines[rows[i]];
        }
        Column[] columns = new Column[_columns.Length];
        for (int i = 0; i < columns.Length; i++)
            columns[i] = _columns[i].Rows(rows);
        return new Table(columns, Name, _lines is null ? null : lines);
    }

    /// <summary>The table without some columns.</summary>
    /// <param name="names">Their names.</param>
    /// <exception cref="ArgumentException">There is no such column, or none would be left.</exception>
    public Table Without(params string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        HashSet<Column> left = names.Select(name => this[name]).ToHashSet();
        return new Table(_columns.Where(column => !left.Contains(column)), Name, _lines);
    }

    /// <summary>The table with another column in the place of the one of the same name, or behind all others.</summary>
    /// <param name="column">The column.</param>
    /// <exception cref="ArgumentException">Its length is another.</exception>
    public Table With(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return HasColumn(column.Name)
            ? new Table(_columns.Select(old => old.Name == column.Name ? column : old), Name, _lines)
            : new Table(_columns.Append(column), Name, _lines);
    }

    /// <summary>The table's name, rows and columns.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}: {RowCount} rows, {_columns.Length} columns");

    /// <summary>Where a row is, for messages: its line if the table was read from a file.</summary>
    internal string Locate(int row) => _lines is null ? $"{Name}, row {row}" : $"{Name}, line {_lines[row]}";
}
