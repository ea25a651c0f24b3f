using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>The format of a file's lines.</summary>
/// <param name="Schema">The schema number; a line with another number is rejected.</param>
/// <param name="Type">The serializer's type information.</param>
/// <param name="Problem">Describes what is wrong with a record; returns null if it is valid.</param>
internal sealed record LineForm<T>(int Schema, JsonTypeInfo<T> Type, Func<T, string?> Problem);

/// <summary>
/// An append-only file with one JSON object a line. Each line is written in one call and flushed to disk, so that a kill at any moment
/// leaves all earlier lines and at most one truncated line after them.
/// </summary>
internal sealed class JsonLines<T> : IDisposable
    where T : class
{
    private const byte LineFeed = (byte)'\n';

    private readonly Stream _stream;
    private readonly string _path;
    private readonly LineForm<T> _form;

    private JsonLines(Stream stream, string path, LineForm<T> form)
    {
        _stream = stream;
        _path = path;
        _form = form;
    }

    /// <summary>Opens a file for appending and removes a last line that a kill has truncated.</summary>
    /// <exception cref="SampleException">A line is not valid, or the file cannot be written.</exception>
    internal static JsonLines<T> Open(string path, LineForm<T> form, out IReadOnlyList<T> records)
    {
        try
        {
            if (OrdinaryFile.IsSpecial(path))
                throw new SampleException($"Cannot write {path}: it is a pipe or a device.");
            FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            return Open(stream, path, form, out records);
        }
        catch (Exception e) when (FileError.Is(e))
        {
            throw new SampleException($"Cannot write {path}: {FileError.Reason(e)}.", e);
        }
    }

    /// <summary>The same on any stream.</summary>
    internal static JsonLines<T> Open(Stream stream, string path, LineForm<T> form, out IReadOnlyList<T> records)
    {
        try
        {
            byte[] content = ReadAll(stream, path);
            records = Parse(content, path, form, out int whole);
            stream.SetLength(whole);
            stream.Seek(0, SeekOrigin.End);
            if (whole > 0 && content[whole - 1] != LineFeed)
            {
                stream.WriteByte(LineFeed);
                Flush(stream);
            }
            return new JsonLines<T>(stream, path, form);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file without changing it, except for a truncated last line. A missing file has no lines.</summary>
    /// <exception cref="SampleException">A line is not valid.</exception>
    internal static IReadOnlyList<T> Read(string path, LineForm<T> form)
    {
        if (!File.Exists(path))
            return [];
        OrdinaryFile.CheckBeforeReading(path);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        return Parse(ReadAll(stream, path), path, form, out _);
    }

    /// <summary>Appends one line completely, or not at all.</summary>
    /// <exception cref="SampleException">The line cannot be written, for example because the disk is full.</exception>
    internal void Append(T record)
    {
        long before = _stream.Position;
        try
        {
            _stream.Write(Line(record, _form));
            Flush(_stream);
        }
        catch (Exception e) when (FileError.Is(e))
        {
            Truncate(before);
            throw new SampleException($"Cannot write {_path}: {FileError.Reason(e)}. Everything finished before is kept.", e);
        }
    }

    /// <summary>Writes a whole file.</summary>
    internal static void WriteAll(Stream stream, IEnumerable<T> records, LineForm<T> form)
    {
        foreach (T record in records)
            stream.Write(Line(record, form));
    }

    private static byte[] Line(T record, LineForm<T> form) => [.. JsonSerializer.SerializeToUtf8Bytes(record, form.Type), LineFeed];

    private static byte[] ReadAll(Stream stream, string path)
    {
        if (stream.Length > Array.MaxLength)
            throw new SampleException($"{path}: more bytes than a sweep writes. Choose another --out folder.");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    public void Dispose() => _stream.Dispose();

    private static void Flush(Stream stream)
    {
        if (stream is FileStream file)
            file.Flush(flushToDisk: true);
        else
            stream.Flush();
    }

    private void Truncate(long length)
    {
        try
        {
            _stream.SetLength(length);
        }
        catch (IOException)
        {
            // The next start removes the truncated line.
        }
    }

    private static List<T> Parse(byte[] content, string path, LineForm<T> form, out int whole)
    {
        List<T> records = [];
        whole = 0;
        for (int number = 1; whole < content.Length; number++)
        {
            ReadOnlySpan<byte> rest = content.AsSpan(whole);
            int end = rest.IndexOf(LineFeed);
            ReadOnlyMemory<byte> line = content.AsMemory(whole, end < 0 ? rest.Length : end);
            // A truncated object is never valid JSON. Its run is repeated.
            if ((end < 0 || IsTail(rest[(end + 1)..])) && !IsJson(line))
                return records;
            try
            {
                CheckSchema(line, path, number, form.Schema);
                T record = JsonSerializer.Deserialize(line.Span, form.Type) ?? throw new JsonException("null");
                records.Add(form.Problem(record) is { } problem ? throw new JsonException(problem) : record);
            }
            catch (JsonException e)
            {
                string message = FormattableString.Invariant(
                    $"{path}, line {number}: not one of this program's lines ({Reason(e)}). Fix or remove it.");
                throw new SampleException(message, e);
            }
            whole += end < 0 ? rest.Length : end + 1;
        }
        return records;
    }

    // Without the serializer's line number, which starts again with each line.
    private static string Reason(JsonException e) => e.Message.Split(" Path: ")[0].TrimEnd('.')
        + (e.Path is { Length: > 1 } path ? $", at {path}" : "");

    private static bool IsJson(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // After a power loss, a file system may leave zeros after the truncated line.
    private static bool IsTail(ReadOnlySpan<byte> rest) => !rest.IsEmpty && rest.IndexOfAnyExcept((byte)0) < 0;

    private static void CheckSchema(ReadOnlyMemory<byte> line, string path, int number, int schema)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("schema", out JsonElement found)
            || found.ValueKind != JsonValueKind.Number
            || !found.TryGetInt32(out int value))
            throw new JsonException("it has no schema");
        if (value == schema)
            return;
        string by = document.RootElement.TryGetProperty("version", out JsonElement version) ? $" by NeuralCore {version}" : "";
        throw new SampleException(FormattableString.Invariant(
            $"{path}, line {number}: written{by} with schema {value}, this version reads schema {schema}. Choose another --out folder."));
    }
}
