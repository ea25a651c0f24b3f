using System.Buffers;
using System.Text;
using NeuralCore.Serialization;

namespace NeuralCore.Tabular;

/// <summary>Writes a table as a CSV file, replacing it atomically.</summary>
internal static class CsvTableWriter
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",;\t|\"\r\n");

    internal static void Write(Table table, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(PhysicalFileSystem.Instance, path, file =>
        {
            using TemporaryStream stream = new(file);
            using StreamWriter text = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16);
            Write(table, text);
        });
    }

    internal static void Write(Table table, TextWriter text)
    {
        // A line with one empty cell would be an empty line, which readers skip.
        bool quotesEmpty = table.Columns.Count == 1;
        WriteLine(text, table.Columns.Select(column => column.Name), quotesEmpty);
        for (int row = 0; row < table.RowCount; row++)
            WriteLine(text, table.Columns.Select(column => column.Text(row)), quotesEmpty);
    }

    private static void WriteLine(TextWriter text, IEnumerable<string> cells, bool quotesEmpty)
    {
        bool isFirst = true;
        foreach (string cell in cells)
        {
            if (!isFirst)
                text.Write(',');
            isFirst = false;
            if (cell.Length == 0 ? quotesEmpty : NeedsQuotes(cell))
                text.Write($"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
            else
                text.Write(cell);
        }
        text.Write('\n');
    }

    private static bool NeedsQuotes(string cell) =>
        cell.AsSpan().ContainsAny(Special) || char.IsWhiteSpace(cell[0]) || char.IsWhiteSpace(cell[^1]);

    /// <summary>A temporary file as a stream that is only written to.</summary>
    private sealed class TemporaryStream(ITemporaryFile file) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => file.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => file.Write(buffer);
    }
}
