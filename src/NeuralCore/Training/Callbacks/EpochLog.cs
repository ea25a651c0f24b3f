using System.Text;
using NeuralCore.Data;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// A text file with one line for each epoch. Each line is written and handed to the operating system when its epoch ends; the file is not
/// held open between epochs.
/// </summary>
/// <remarks>
/// A fit begins by cutting the file back to the epochs that its trainer has completed. So a new trainer begins a new file, a second fit
/// continues the file of the first, and a fit that is resumed from a checkpoint replaces the lines of later epochs, each epoch having one
/// line. A file that is not a log is not touched.
/// </remarks>
internal sealed class EpochLog
{
    // Far above what a fit's figures take; a longer line is some other file's, and is not read to its end.
    private const int LongestLine = 1 << 20;

    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly string _path;
    private readonly string _what;
    private readonly string _start;
    private readonly bool _hasHeader;
    private readonly Func<string, int?> _epochOf;
    private bool _hasBegun;

    /// <param name="path">The file.</param>
    /// <param name="what">What it is, for messages: <c>a CSV log</c>.</param>
    /// <param name="start">What its first line starts with.</param>
    /// <param name="hasHeader">Whether the first line is a header.</param>
    /// <param name="epochOf">The epoch of a line; 0 for a header; null if it is no line of such a log.</param>
    internal EpochLog(string path, string what, string start, bool hasHeader, Func<string, int?> epochOf)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _what = what;
        _start = start;
        _hasHeader = hasHeader;
        _epochOf = epochOf;
    }

    /// <summary>Begins a fit: finds before its first epoch what would fail after it. Changes nothing.</summary>
    /// <exception cref="IOException">The file cannot be read, is not such a log, or its folder does not exist.</exception>
    internal void Begin()
    {
        _hasBegun = false;
        PhysicalFileSystem.Instance.Resolve(_path);
        Read(completed: 0, header: null);
    }

    /// <summary>Appends the line of an epoch. The first of a fit is preceded by cutting the file back.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="header">The first line; null for none.</param>
    /// <param name="line">The epoch's line.</param>
    /// <exception cref="IOException">The file cannot be read or written, or is not such a log.</exception>
    /// <exception cref="InvalidOperationException">The lines to keep have another header.</exception>
    internal void Write(int epoch, string? header, string line)
    {
        if (!_hasBegun)
            CutBack(epoch - 1, header);
        _hasBegun = true;
        RegularFile.Require(_path, _what);
        using FileStream stream = new(_path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        stream.Write(_utf8.GetBytes(line + "\n"));
    }

    // Keeps the lines of the first epochs, in order, and drops all others and a last line that was cut off.
    private void CutBack(int completed, string? header)
    {
        List<string> kept = Read(completed, header);
        if (header is not null)
            kept.Insert(0, header);
        byte[] content = _utf8.GetBytes(string.Concat(kept.Select(line => line + "\n")));
        AtomicFile.Write(PhysicalFileSystem.Instance, _path, file => file.Write(content));
    }

    private List<string> Read(int completed, string? header)
    {
        List<string> kept = [];
        RegularFile.Require(_path, _what);
        if (!File.Exists(_path))
            return kept;
        string? foundHeader = null;
        int last = 0;
        using StreamReader reader = new(_path, _utf8);
        for (int number = 1; ReadLine(reader) is (string line, bool isWhole); number++)
        {
            int? epoch = _epochOf(line);
            if (epoch == 0 && number == 1)
            {
                foundHeader = line;
                continue;
            }
            // A crash can cut the last line off. Where there is no other, it must still be the beginning of a log.
            if (!isWhole && line.Length <= LongestLine && (number > 1 || IsStart(line)))
                break;
            if (epoch is not int found || (_hasHeader && foundHeader is null))
                throw new IOException($"{_path}, line {number}: expected a line of {_what}. The file is not replaced; name another.");
            if (found <= completed && found > last)
            {
                kept.Add(line);
                last = found;
            }
        }
        if (kept.Count > 0 && foundHeader != header)
        {
            throw new InvalidOperationException(
                $"{_path} has the columns {foundHeader}, but this fit has {header}. Use another file, or the same metrics and validation.");
        }
        return kept;
    }

    private bool IsStart(string line) =>
        line.StartsWith(_start, StringComparison.Ordinal) || _start.StartsWith(line, StringComparison.Ordinal);

    // A line and whether a line end follows it; a crash can leave a last line without one.
    private static (string Line, bool IsWhole)? ReadLine(StreamReader reader)
    {
        StringBuilder line = new();
        while (reader.Read() is >= 0 and int character)
        {
            if (character == '\n')
                return (line.ToString(), true);
            line.Append((char)character);
            if (line.Length > LongestLine)
                break;
        }
        return line.Length == 0 ? null : (line.ToString(), false);
    }
}
