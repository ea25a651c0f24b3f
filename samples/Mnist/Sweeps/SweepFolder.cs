using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>The folder of a sweep, locked by one process at a time: <c>runs.jsonl</c>, <c>parts.jsonl</c> and the reports.</summary>
internal sealed class SweepFolder : IDisposable
{
    internal const string RunsFile = "runs.jsonl";
    internal const string PartsFile = "parts.jsonl";

    private readonly FolderLock _lock;
    private readonly List<RunRecord> _runs;
    private readonly List<PartRecord> _parts;
    private JsonLines<RunRecord> _runLines;
    private JsonLines<PartRecord> _partLines;

    private SweepFolder(string path, FolderLock folderLock)
    {
        Path = path;
        _lock = folderLock;
        _runLines = JsonLines<RunRecord>.Open(PathOf(RunsFile), RecordChecks.Runs, out IReadOnlyList<RunRecord> runs);
        try
        {
            _partLines = JsonLines<PartRecord>.Open(PathOf(PartsFile), RecordChecks.Parts, out IReadOnlyList<PartRecord> parts);
            _runs = [.. runs];
            _parts = [.. parts];
            CheckParts(PathOf(RunsFile), _runs, _parts);
        }
        catch
        {
            _runLines.Dispose();
            _partLines?.Dispose();
            throw;
        }
    }

    /// <summary>The folder, as given.</summary>
    internal string Path { get; }

    /// <summary>All finished runs, in the order in which they were written.</summary>
    internal IReadOnlyList<RunRecord> Runs => _runs;

    /// <summary>The processes that worked on the sweep, each once, with its end unless it was killed.</summary>
    internal IReadOnlyList<PartRecord> Parts => LastOfEach(_parts);

    /// <summary>Creates the folder if it does not exist, and locks it until disposed; a kill also releases the lock.</summary>
    /// <exception cref="SampleException">Another process has locked it, it cannot be written, or its files are not valid.</exception>
    internal static SweepFolder Open(string path)
    {
        FolderLock folderLock = FolderLock.Hold(path, "--out");
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

    /// <summary>Reads the folder of another process without changing it.</summary>
    /// <exception cref="SampleException">There are no runs, or a line is not valid.</exception>
    internal static (IReadOnlyList<RunRecord> Runs, IReadOnlyList<PartRecord> Parts) Read(string path)
    {
        string file = System.IO.Path.Combine(path, RunsFile);
        if (!File.Exists(file))
            throw new SampleException($"{path}: no {RunsFile} there. Name folders written by report --shard.");
        IReadOnlyList<RunRecord> runs = JsonLines<RunRecord>.Read(file, RecordChecks.Runs);
        IReadOnlyList<PartRecord> parts = JsonLines<PartRecord>.Read(
            System.IO.Path.Combine(path, PartsFile), RecordChecks.Parts);
        CheckParts(file, runs, parts);
        return (runs, LastOfEach(parts));
    }

    internal string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Rejects a folder whose runs cannot be compared with new ones.</summary>
    /// <exception cref="SampleException">
    /// A run has another version, other data or other settings, contradicts its data, or occurs twice with different results.
    /// </exception>
    internal void CheckRuns(SweepData data, Func<Experiment, int> epochs) =>
        RunChecks.Check(LocatedRun.Of(PathOf(RunsFile), _runs), data, epochs);

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

    /// <summary>Rewrites both files; each is completely written or left unchanged.</summary>
    internal void Replace(IReadOnlyList<RunRecord> runs, IReadOnlyList<PartRecord> parts)
    {
        _partLines.Dispose();
        AtomicFile.Write(PathOf(PartsFile), stream => JsonLines<PartRecord>.WriteAll(stream, parts, RecordChecks.Parts));
        _partLines = JsonLines<PartRecord>.Open(PathOf(PartsFile), RecordChecks.Parts, out _);
        _runLines.Dispose();
        AtomicFile.Write(PathOf(RunsFile), stream => JsonLines<RunRecord>.WriteAll(stream, runs, RecordChecks.Runs));
        _runLines = JsonLines<RunRecord>.Open(PathOf(RunsFile), RecordChecks.Runs, out _);
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

    // A part is written before its first run.
    private static void CheckParts(string file, IEnumerable<RunRecord> runs, IEnumerable<PartRecord> parts)
    {
        HashSet<string> ids = [.. parts.Select(part => part.Id)];
        foreach ((string where, RunRecord run) in LocatedRun.Of(file, runs))
        {
            if (!ids.Contains(run.Part))
                throw new SampleException($"{where}: its part {run.Part} is not in {PartsFile}. Choose another --out folder.");
        }
    }

    private static PartRecord[] LastOfEach(IEnumerable<PartRecord> parts) =>
        parts.GroupBy(part => part.Id).Select(group => group.Last()).ToArray();
}
