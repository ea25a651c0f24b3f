using System.Text.Json;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Where the JSON of a run goes. The file is there whole or as it was before.</summary>
internal sealed class ResultFile
{
    private ResultFile(string path) => FullPath = path;

    /// <summary>The file itself, links followed.</summary>
    internal string FullPath { get; }

    /// <summary>Makes sure that the file can be written, so that no training is in vain. Changes nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that named it.</param>
    /// <exception cref="SampleException">It cannot.</exception>
    internal static ResultFile Check(string path, string option = "--json")
    {
        try
        {
            // A rename would put an ordinary file in the place of a link.
            string full = OrdinaryFile.RealPath(path);
            if (Directory.Exists(full) || Path.EndsInDirectorySeparator(path))
                throw new SampleException($"Cannot write {path}: it is a folder. {option} takes a file.");
            if (IsBelowDevices(Path.GetFullPath(path)) || IsBelowDevices(full) || OrdinaryFile.IsSpecial(full))
                throw new SampleException($"Cannot write {path}: it is no ordinary file but a pipe or a device. {option} takes a file.");
            if (!Directory.Exists(Path.GetDirectoryName(full)))
                throw new SampleException($"Cannot write {path}: the folder {Path.GetDirectoryName(full)} does not exist.");
            if (File.Exists(full) && File.GetAttributes(full).HasFlag(FileAttributes.ReadOnly))
                throw new SampleException($"Cannot write {path}: the file is read-only.");
            string probe = TemporaryName(full);
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }
            return new ResultFile(full);
        }
        catch (Exception e) when (FileError.Is(e) || e is ArgumentException or NotSupportedException)
        {
            throw new SampleException($"Cannot write {path}: {FileError.Reason(e)}.", e);
        }
    }

    /// <summary>Whether both are one file, however they were spelled.</summary>
    internal bool IsSameAs(ResultFile other) =>
        string.Equals(FullPath, other.FullPath, OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes the whole file, or leaves it as it was.</summary>
    /// <exception cref="SampleException">The file cannot be written after all.</exception>
    internal void Write(RunResult result) => AtomicFile.Write(FullPath, stream =>
    {
        JsonSerializer.Serialize(stream, result, ResultContext.Default.RunResult);
        stream.WriteByte((byte)'\n');
    });

    // Names such as /dev/stdout may lead to an ordinary file, which a rename would take away from whoever writes to it.
    private static bool IsBelowDevices(string full) =>
        !OperatingSystem.IsWindows() && (full.StartsWith("/proc/", StringComparison.Ordinal)
            || (full.StartsWith("/dev/", StringComparison.Ordinal) && !full.StartsWith("/dev/shm/", StringComparison.Ordinal)));

    private static string TemporaryName(string path) => $"{path}.{Guid.NewGuid():N}.tmp";
}
