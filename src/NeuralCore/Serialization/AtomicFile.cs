using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace NeuralCore.Serialization;

/// <summary>
/// Replaces a file atomically, so that readers see either the complete old or the complete new one: writes a temporary in the same folder,
/// flushes it to disk, renames it over the target, then flushes the folder.
/// </summary>
internal static class AtomicFile
{
    private const string Suffix = ".neuralcore-tmp";
    private const int Attempts = 3;

    /// <summary>A new name for a temporary that identifies its series: <c>.(hash of the series)-(32 digits).neuralcore-tmp</c>.</summary>
    internal static string TemporaryName(string series) => $"{Prefix(series)}{Guid.NewGuid():N}{Suffix}";

    /// <summary>Replaces or creates a file.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">Writes the content; called again if the temporary disappears.</param>
    /// <param name="series">
    /// The series whose abandoned temporaries are deleted: by default the file's own; files that succeed one another in a folder share one.
    /// </param>
    internal static void Write(IFileSystem files, string path, Action<ITemporaryFile> content, string? series = null)
    {
        string target = files.Resolve(path);
        string folder = Path.GetDirectoryName(target) ?? throw new UnauthorizedAccessException($"{path} is not a writable file.");
        series ??= Path.GetFileName(target);
        CleanUp(files, folder, series);
        for (int attempt = 1; !TryWrite(files, target, series, content, isLast: attempt == Attempts); attempt++)
        {
        }
        files.SyncFolder(folder);
    }

    // Returns false if another save deleted the temporary as abandoned, after it was closed (as some systems require for renaming).
    private static bool TryWrite(IFileSystem files, string target, string series, Action<ITemporaryFile> content, bool isLast)
    {
        ITemporaryFile temporary = files.CreateTemporary(target, series);
        try
        {
            using (temporary)
            {
                content(temporary);
                temporary.Flush();
                // Keep it open and locked until it is renamed; otherwise another save could delete it as abandoned.
                if (!files.RenamesOpenFiles)
                    temporary.Dispose();
                files.Rename(temporary.Path, target);
            }
            return true;
        }
        catch (FileNotFoundException) when (!isLast)
        {
            return false;
        }
        catch
        {
            Attempt(() => files.Delete(temporary.Path));
            throw;
        }
    }

    // Deletes temporaries of this series that a crash left, unless they are being written. No other file has such a name.
    private static void CleanUp(IFileSystem files, string folder, string series)
    {
        IReadOnlyList<string> found = [];
        Attempt(() => found = files.List(folder, Prefix(series) + "*" + Suffix));
        foreach (string path in found.Where(path => IsTemporary(Path.GetFileName(path), series)))
            Attempt(() => files.DeleteAbandoned(path));
    }

    private static bool IsTemporary(string name, string series) =>
        name.StartsWith(Prefix(series), StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
        && name.Length == TemporaryName(series).Length && Guid.TryParseExact(name[Prefix(series).Length..^Suffix.Length], "N", out _);

    private static string Prefix(string series) =>
        $".{Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(series.AsSpan())))[..16]}-";

    // Cleaning up must neither hide a save's error nor make a save fail.
    private static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
