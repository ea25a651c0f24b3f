using System.Text.Json;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Where the JSON of a run goes. The file is there whole or as it was before.</summary>
internal sealed class ResultFile
{
    private readonly string _path;

    private ResultFile(string path) => _path = path;

    /// <summary>Makes sure that the file can be written, so that no training is in vain. Changes nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that named it.</param>
    /// <exception cref="SampleException">It cannot.</exception>
    internal static ResultFile Check(string path, string option = "--json")
    {
        try
        {
            string full = Path.GetFullPath(path);
            if (Directory.Exists(full) || Path.EndsInDirectorySeparator(full))
                throw new SampleException($"Cannot write {path}: it is a folder. {option} takes a file.");
            // A rename would put an ordinary file in the place of a link or a device.
            if (new FileInfo(full).LinkTarget is not null)
                full = File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
            if (!OperatingSystem.IsWindows() && (full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal)))
                throw new SampleException($"Cannot write {path}: it is not an ordinary file.");
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SampleException($"Cannot write {path}: {e.Message}", e);
        }
    }

    /// <summary>Writes the whole file, or leaves it as it was.</summary>
    /// <exception cref="SampleException">The file cannot be written after all.</exception>
    internal void Write(RunResult result) => AtomicFile.Write(_path, stream =>
    {
        JsonSerializer.Serialize(stream, result, ResultContext.Default.RunResult);
        stream.WriteByte((byte)'\n');
    });

    private static string TemporaryName(string path) => $"{path}.{Guid.NewGuid():N}.tmp";
}
