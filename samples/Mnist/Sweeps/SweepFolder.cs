using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>The folder of a sweep, held by one process at a time: <c>runs.jsonl</c>, <c>parts.jsonl</c>, and the reports.</summary>
internal sealed class SweepFolder : IDisposable
{
    internal const string RunsFile = "runs.jsonl";
    internal const string PartsFile = "parts.jsonl";
    private const string LockFile = ".lock";

    private readonly FileStream _lock;
    private readonly List<RunRecord> _runs;
    private readonly List<PartRecord> _parts;
    private JsonLines<RunRecord> _runLines;
    private JsonLines<PartRecord> _partLines;

    private SweepFolder(string path, FileStream folderLock)
    {
        Path = path;
        _lock = folderLock;
        _runLines = JsonLines<RunRecord>.Open(PathOf(RunsFile), RunRecord.CurrentSchema, RecordContext.Default.RunRecord, out IReadOnlyList<RunRecord> runs);
        try
        {
            _partLines = JsonLines<PartRecord>.Open(PathOf(PartsFile), RunRecord.CurrentSchema, RecordContext.Default.PartRecord, out IReadOnlyList<PartRecord> parts);
            _runs = [.. runs];
            _parts = [.. parts];
        }
        catch
        {
            _runLines.Dispose();
            throw;
        }
    }

    /// <summary>The folder, as given.</summary>
    internal string Path { get; }

    /// <summary>All finished runs, in the order they were written.</summary>
    internal IReadOnlyList<RunRecord> Runs => _runs;

    /// <summary>The processes that worked on it, each once, with its end where it had one.</summary>
    internal IReadOnlyList<PartRecord> Parts => LastOfEach(_parts);

    /// <summary>Makes the folder where there is none, and holds it until disposed; a kill frees it too.</summary>
    /// <exception cref="SampleException">Another process holds it, it cannot be written, or its files are not as they should be.</exception>
    internal static SweepFolder Open(string path)
    {
        FileStream folderLock = Hold(path);
        try
        {
            return new SweepFolder(path, folderLock);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Reads a folder of another process without changing it.</summary>
    /// <exception cref="SampleException">There are no runs, or a line is not as it should be.</exception>
    internal static (IReadOnlyList<RunRecord> Runs, IReadOnlyList<PartRecord> Parts) Read(string path)
    {
        string file = System.IO.Path.Combine(path, RunsFile);
        if (!File.Exists(file))
            throw new SampleException($"{path}: no {RunsFile} there. Name folders that report --shard has written.");
        return (
            JsonLines<RunRecord>.Read(file, RunRecord.CurrentSchema, RecordContext.Default.RunRecord),
            LastOfEach(JsonLines<PartRecord>.Read(System.IO.Path.Combine(path, PartsFile), RunRecord.CurrentSchema, RecordContext.Default.PartRecord)));
    }

    internal string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Refuses a folder whose runs cannot stand beside new ones.</summary>
    /// <exception cref="SampleException">A run is of another version, of other data or other settings, or is there twice with other results.</exception>
    internal void CheckRuns(string version, string data, string dataSha256, Func<Experiment, int> epochs) =>
        RunChecks.Check(_runs, PathOf(RunsFile), version, data, dataSha256, epochs);

    internal void Append(RunRecord run)
    {
        _runLines.Append(run);
        _runs.Add(run);
    }

    internal void Append(PartRecord part)
    {
        _partLines.Append(part);
        _parts.Add(part);
    }

    /// <summary>Writes both files anew; each is there whole or as it was.</summary>
    internal void Replace(IReadOnlyList<RunRecord> runs, IReadOnlyList<PartRecord> parts)
    {
        _partLines.Dispose();
        AtomicFile.Write(PathOf(PartsFile), stream => JsonLines<PartRecord>.WriteAll(stream, parts, RecordContext.Default.PartRecord));
        _partLines = JsonLines<PartRecord>.Open(PathOf(PartsFile), RunRecord.CurrentSchema, RecordContext.Default.PartRecord, out _);
        _runLines.Dispose();
        AtomicFile.Write(PathOf(RunsFile), stream => JsonLines<RunRecord>.WriteAll(stream, runs, RecordContext.Default.RunRecord));
        _runLines = JsonLines<RunRecord>.Open(PathOf(RunsFile), RunRecord.CurrentSchema, RecordContext.Default.RunRecord, out _);
        _parts.Clear();
        _parts.AddRange(parts);
        _runs.Clear();
        _runs.AddRange(runs);
    }

    public void Dispose()
    {
        _runLines.Dispose();
        _partLines.Dispose();
        _lock.Dispose();
    }

    private static PartRecord[] LastOfEach(IEnumerable<PartRecord> parts) => parts.GroupBy(part => part.Id).Select(group => group.Last()).ToArray();

    private static FileStream Hold(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SampleException($"Cannot use {path} as the output folder: {e.Message}", e);
        }
        string file = System.IO.Path.Combine(path, LockFile);
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new SampleException($"Cannot write in {path}: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new SampleException(
                File.Exists(file) ? $"{path} is in use by another process: wait for its end, or choose another --out folder." : $"Cannot write in {path}: {e.Message}", e);
        }
    }
}
