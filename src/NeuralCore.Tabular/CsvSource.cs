using System.Text;
using NeuralCore.Data;

namespace NeuralCore.Tabular;

/// <summary>The text of a CSV file, which is read twice: to find the types, then the values.</summary>
internal sealed class CsvSource : IDisposable
{
    private static readonly Encoding[] Unicodes =
    [
        Encoding.UTF8, Encoding.UTF32, new UTF32Encoding(bigEndian: true, byteOrderMark: true), Encoding.Unicode,
        Encoding.BigEndianUnicode,
    ];

    private readonly FileStream? _file;
    private readonly string? _text;
    private readonly Encoding _encoding;

    private CsvSource(string name, FileStream? file, string? text, Encoding encoding)
    {
        Name = name;
        _file = file;
        _text = text;
        _encoding = encoding;
    }

    /// <summary>The name for messages.</summary>
    internal string Name { get; }

    internal static CsvSource Open(string path, Encoding encoding)
    {
        FileStreamOptions options = new() { Share = FileShare.Read, BufferSize = 0, Options = FileOptions.SequentialScan };
        return new CsvSource(path, RegularFile.OpenRead(path, "a CSV file", options), null, Strict(encoding));
    }

    internal static CsvSource Of(string text, string name) => new(name, null, text, Encoding.UTF8);

    /// <summary>A reader from the start.</summary>
    internal TextReader Read()
    {
        if (_file is null)
            return new StringReader(_text!);
        Encoding encoding = Marked(_file) is { } marked ? Strict(marked) : _encoding;
        _file.Position = 0;
        // StreamReader's own detection would take an encoding that replaces bytes that are not valid.
        return new StreamReader(_file, encoding, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16, leaveOpen: true);
    }

    public void Dispose() => _file?.Dispose();

    // The encoding of a byte order mark, which the reader skips; null without one.
    private static Encoding? Marked(FileStream file)
    {
        Span<byte> start = stackalloc byte[4];
        file.Position = 0;
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        // UTF-32's first: in little-endian order it starts as UTF-16's does.
        foreach (Encoding encoding in Unicodes)
        {
            if (start.StartsWith(encoding.Preamble))
                return encoding;
        }
        return null;
    }

    // Bytes that are not valid become an error instead of U+FFFD.
    private static Encoding Strict(Encoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        Encoding strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        return strict;
    }
}
