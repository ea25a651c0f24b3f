using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>
/// A file of one JSON object a line that only grows. Each line is written at once and flushed to the disk, so that a kill at any moment leaves all lines
/// before it, and at most one cut line after them.
/// </summary>
internal sealed class JsonLines<T> : IDisposable
    where T : class
{
    private const byte LineFeed = (byte)'\n';

    private readonly Stream _stream;
    private readonly string _path;
    private readonly JsonTypeInfo<T> _type;

    private JsonLines(Stream stream, string path, JsonTypeInfo<T> type)
    {
        _stream = stream;
        _path = path;
        _type = type;
    }

    /// <summary>Opens a file to add to, after taking back a last line that a kill has cut.</summary>
    /// <exception cref="SampleException">A line is not what it should be, or the file cannot be written.</exception>
    internal static JsonLines<T> Open(string path, int schema, JsonTypeInfo<T> type, out IReadOnlyList<T> records)
    {
        try
        {
            return Open(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0), path, schema, type, out records);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SampleException($"Cannot write {path}: {e.Message}", e);
        }
    }

    /// <summary>The same on any stream.</summary>
    internal static JsonLines<T> Open(Stream stream, string path, int schema, JsonTypeInfo<T> type, out IReadOnlyList<T> records)
    {
        try
        {
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            records = Parse(content, path, schema, type, out int whole);
            stream.SetLength(whole);
            stream.Seek(0, SeekOrigin.End);
            if (whole > 0 && content[whole - 1] != LineFeed)
            {
                stream.WriteByte(LineFeed);
                Flush(stream);
            }
            return new JsonLines<T>(stream, path, type);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file without changing it; a cut last line is left out. No file is an empty one.</summary>
    /// <exception cref="SampleException">A line is not what it should be.</exception>
    internal static IReadOnlyList<T> Read(string path, int schema, JsonTypeInfo<T> type) =>
        File.Exists(path) ? Parse(File.ReadAllBytes(path), path, schema, type, out _) : [];

    /// <summary>Adds one line. When it cannot be written whole, nothing of it stays.</summary>
    /// <exception cref="SampleException">The disk is full, or gone.</exception>
    internal void Append(T record)
    {
        long before = _stream.Position;
        try
        {
            _stream.Write(Line(record, _type));
            Flush(_stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // .NET speaks of an argument where a file system or a quota forbids a file that long.
            TakeBack(before);
            throw new SampleException($"Cannot write {_path}: {e.Message.TrimEnd('.')}. What was finished before is kept.", e);
        }
    }

    /// <summary>Writes a whole file.</summary>
    internal static void WriteAll(Stream stream, IEnumerable<T> records, JsonTypeInfo<T> type)
    {
        foreach (T record in records)
            stream.Write(Line(record, type));
    }

    private static byte[] Line(T record, JsonTypeInfo<T> type) => [.. JsonSerializer.SerializeToUtf8Bytes(record, type), LineFeed];

    public void Dispose() => _stream.Dispose();

    private static void Flush(Stream stream)
    {
        if (stream is FileStream file)
            file.Flush(flushToDisk: true);
        else
            stream.Flush();
    }

    private void TakeBack(long length)
    {
        try
        {
            _stream.SetLength(length);
        }
        catch (IOException)
        {
            // The next start takes the cut line back.
        }
    }

    private static List<T> Parse(byte[] content, string path, int schema, JsonTypeInfo<T> type, out int whole)
    {
        List<T> records = [];
        whole = 0;
        for (int number = 1; whole < content.Length; number++)
        {
            ReadOnlySpan<byte> rest = content.AsSpan(whole);
            int end = rest.IndexOf(LineFeed);
            ReadOnlyMemory<byte> line = content.AsMemory(whole, end < 0 ? rest.Length : end);
            try
            {
                CheckSchema(line, path, number, schema);
                records.Add(JsonSerializer.Deserialize(line.Span, type) ?? throw new JsonException("null"));
            }
            catch (JsonException) when (end < 0 || IsTail(rest[(end + 1)..]))
            {
                // Cut by a kill: the run it was to hold is made again.
                return records;
            }
            catch (JsonException e)
            {
                throw new SampleException(FormattableString.Invariant($"{path}, line {number}: not one of this program's lines ({e.Message}). Mend or remove that line."), e);
            }
            whole += end < 0 ? rest.Length : end + 1;
        }
        return records;
    }

    // A file system that lost power may leave zeros after the cut.
    private static bool IsTail(ReadOnlySpan<byte> rest) => !rest.IsEmpty && rest.IndexOfAnyExcept((byte)0) < 0;

    private static void CheckSchema(ReadOnlyMemory<byte> line, string path, int number, int schema)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("schema", out JsonElement found) || !found.TryGetInt32(out int value))
            throw new JsonException("it has no schema");
        if (value == schema)
            return;
        string by = document.RootElement.TryGetProperty("version", out JsonElement version) ? $" by NeuralCore {version}" : "";
        throw new SampleException(FormattableString.Invariant(
            $"{path}, line {number}: written{by} in form {value}, this version reads form {schema}. Choose another --out folder."));
    }
}
