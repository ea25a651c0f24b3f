using System.Text;
using nietras.SeparatedValues;

namespace NeuralCore.Tabular;

/// <summary>
/// The rows of a CSV source, one at a time, without empty lines: every row has as many cells as the first, and a cell is trimmed and its
/// quotes are undone. Errors name file, line and column.
/// </summary>
internal sealed class CsvRows : IDisposable
{
    // The most characters that are searched for the separator.
    private const int LongestFirstLine = 1 << 20;
    private static readonly char[] Separators = [',', ';', '\t', '|'];

    private readonly string _name;
    private readonly SepReader _reader;
    private readonly StringBuilder _unquoted = new();
    private int _width;
    private int _nextLine = 1;

    private CsvRows(string name, SepReader reader)
    {
        _name = name;
        _reader = reader;
    }

    /// <summary>The line on which the current row begins, from 1.</summary>
    internal int Line { get; private set; }

    /// <summary>The number of cells of every row; 0 before the first.</summary>
    internal int Width => _width;

    /// <summary>The columns' names, for messages; set by who knows them.</summary>
    internal IReadOnlyList<string>? Names { get; set; }

    internal static CsvRows Open(CsvSource source, char separator)
    {
        SepReaderOptions options = Sep.New(separator).Reader() with
        {
            HasHeader = false,
            // Checked here, with better messages.
            DisableColCountCheck = true,
        };
        return new CsvRows(source.Name, Guard(source.Name, () => options.From(source.Read())));
    }

    /// <summary>The separator that the first line that is not empty has most of outside quotes; a comma if it has none.</summary>
    internal static char DetectSeparator(CsvSource source)
    {
        using TextReader reader = source.Read();
        char[] block = new char[1 << 12];
        int[] counts = new int[Separators.Length];
        bool isQuoted = false;
        bool isEmpty = true;
        for (int total = 0; total < LongestFirstLine;)
        {
            int count = Guard(source.Name, () => reader.ReadBlock(block));
            total += count;
            foreach (char character in block.AsSpan(0, count))
            {
                if (character is '\r' or '\n' && !isQuoted)
                {
                    if (!isEmpty)
                        return Most(counts);
                    continue;
                }
                isQuoted ^= character == '"';
                isEmpty &= char.IsWhiteSpace(character) && character != '\t';
                int index = isQuoted ? -1 : Array.IndexOf(Separators, character);
                if (index >= 0)
                    counts[index]++;
            }
            if (count < block.Length)
                break;
        }
        return Most(counts);

        static char Most(int[] counts) => Separators[Array.IndexOf(counts, counts.Max())];
    }

    /// <summary>Moves to the next row that is not an empty line.</summary>
    internal bool MoveNext()
    {
        while (Move())
        {
            SepReader.Row row = _reader.Current;
            // Not LineNumberFrom: for the first row it is the line behind it.
            (Line, _nextLine) = (_nextLine, row.LineNumberToExcl);
            if (row.ColCount == 1 && row[0].Span.IsWhiteSpace())
                continue;
            if (_width == 0)
                _width = row.ColCount;
            if (row.ColCount != _width)
            {
                string cause = row.Span.Contains('"')
                    ? "A quote may be missing, or a separator inside a cell is not in quotes."
                    : "A separator may be missing, or one inside a cell is not in quotes.";
                throw new InvalidDataException($"{_name}, line {Line}: expected {Count(_width)}, found {row.ColCount}. {cause}");
            }
            return true;
        }
        return false;
    }

    /// <summary>The text of a cell of the current row; valid until the next call.</summary>
    internal ReadOnlySpan<char> this[int column]
    {
        get
        {
            ReadOnlySpan<char> raw = _reader.Current[column].Span;
            if (!Cell.TryUnquote(raw, _unquoted, out ReadOnlySpan<char> text))
                throw Invalid(column, "quotes around the whole cell, and doubled inside it", Cell.Show(raw));
            if (text.Contains('\0'))
                throw Invalid(column, "text", $"{Cell.Show(text)}, which holds a NUL character. The file may not be a text file");
            return text;
        }
    }

    internal InvalidDataException Invalid(int column, string expected, string found, int? line = null) =>
        new($"{_name}, line {line ?? Line}, {Describe(column)}: expected {expected}, found {found}.");

    // No delegate: one would be allocated for each row.
    private bool Move()
    {
        try
        {
            return _reader.MoveNext();
        }
        catch (Exception e) when (e is DecoderFallbackException or NotSupportedException)
        {
            throw Unreadable(_name, e);
        }
    }

    private static T Guard<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is DecoderFallbackException or NotSupportedException)
        {
            throw Unreadable(name, e);
        }
    }

    // NotSupportedException is Sep's for its limits on the length of a row and the number of its cells.
    private static InvalidDataException Unreadable(string name, Exception e) => e is DecoderFallbackException
        ? new InvalidDataException(
            $"{name}: expected text in the encoding asked for, found bytes that are not valid in it: {e.Message} "
            + "Save the file as UTF-8, or set CsvOptions.Encoding.", e)
        : new InvalidDataException($"{name}: a row is too long: {e.Message} A quote may not be closed.", e);

    public void Dispose() => _reader.Dispose();

    private static string Count(int cells) => cells == 1 ? "1 cell, as in the first row" : $"{cells} cells, as in the first row";

    private string Describe(int column) =>
        Names is null ? $"column {column + 1}" : $"column {Cell.Show(Names[column])}";
}
