using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace NeuralCore.Serialization;

/// <summary>
/// Writes a file so that whoever looks finds the old one or the new one, whole: a temporary in the same folder, written, flushed to disk, renamed over the
/// target; then the folder is flushed.
/// </summary>
internal static class AtomicFile
{
    private const string Suffix = ".neuralcore-tmp";
    private const int Attempts = 3;

    /// <summary>A new name for a temporary, which tells whose it is: <c>.(hash of the series)-(32 digits).neuralcore-tmp</c>.</summary>
    internal static string TemporaryName(string series) => $"{Prefix(series)}{Guid.NewGuid():N}{Suffix}";

    /// <summary>Replaces or creates a file.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">Writes the content; called again should the temporary vanish.</param>
    /// <param name="series">
    /// Whose abandoned temporaries a save tidies away: the file's own by default; files that follow one another in a folder share a name of
    /// their own.
    /// </param>
    internal static void Write(IFileSystem files, string path, Action<ITemporaryFile> content, string? series = null)
    {
        string target = files.Resolve(path);
        string folder = Path.GetDirectoryName(target) ?? throw new UnauthorizedAccessException($"{path} is not a file that can be written.");
        series ??= Path.GetFileName(target);
        CleanUp(files, folder, series);
        for (int attempt = 1; !TryWrite(files, target, series, content, isLast: attempt == Attempts); attempt++)
        {
        }
        files.SyncFolder(folder);
    }

    // False when another save, cleaning up, took the temporary for abandoned once it was closed, where it must be before it is renamed.
    private static bool TryWrite(IFileSystem files, string target, string series, Action<ITemporaryFile> content, bool isLast)
    {
        ITemporaryFile temporary = files.CreateTemporary(target, series);
        try
        {
            using (temporary)
            {
                content(temporary);
                temporary.Flush();
                // Open and locked until it has its name, else another save could take it for abandoned in between.
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

    // What a crash left behind of this series, unless somebody is writing it. Nobody else's file has such a name.
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

    // Tidying must not hide why a save failed, nor fail one that can succeed.
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
