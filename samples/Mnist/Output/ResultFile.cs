using System.Text.Json;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>An output file of a run. It is completely written or left unchanged.</summary>
internal sealed class ResultFile
{
    private ResultFile(string path) => FullPath = path;

    /// <summary>The full path of the file, with links resolved.</summary>
    internal string FullPath { get; }

    /// <summary>Checks before training that the file can be written. Changes nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that named it.</param>
    /// <exception cref="SampleException">It cannot.</exception>
    internal static ResultFile Check(string path, string option = "--json")
    {
        try
        {
            // Resolve links: a rename would replace a link with a regular file.
            string full = OrdinaryFile.RealPath(path);
            if (Directory.Exists(full) || Path.EndsInDirectorySeparator(path))
                throw new SampleException($"Cannot write {path}: it is a folder. {option} takes a file.");
            if (IsBelowDevices(Path.GetFullPath(path)) || IsBelowDevices(full) || OrdinaryFile.IsSpecial(full))
                throw new SampleException($"Cannot write {path}: it is a pipe or a device. {option} takes a file.");
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

    /// <summary>Whether both are the same file, even if the paths are spelled differently.</summary>
    internal bool IsSameAs(ResultFile other) =>
        string.Equals(FullPath, other.FullPath, OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes the whole file, or leaves it unchanged.</summary>
    /// <exception cref="SampleException">The file can no longer be written.</exception>
    internal void Write(RunResult result) => AtomicFile.Write(FullPath, stream =>
    {
        JsonSerializer.Serialize(stream, result, ResultContext.Default.RunResult);
        stream.WriteByte((byte)'\n');
    });

    // A name such as /dev/stdout may link to a regular file to which another process writes. A rename would replace that file.
    private static bool IsBelowDevices(string full) =>
        !OperatingSystem.IsWindows() && (full.StartsWith("/proc/", StringComparison.Ordinal)
            || (full.StartsWith("/dev/", StringComparison.Ordinal) && !full.StartsWith("/dev/shm/", StringComparison.Ordinal)));

    private static string TemporaryName(string path) => $"{path}.{Guid.NewGuid():N}.tmp";
}
