namespace NeuralCore.Serialization;

/// <summary>
/// Writes a file so that whoever looks finds the old one or the new one, whole: a temporary in the same folder, written, flushed to disk, renamed over the
/// target; then the folder is flushed.
/// </summary>
internal static class AtomicFile
{
    private const string Suffix = ".neuralcore-tmp";
    private const int Attempts = 3;

    internal static string TemporaryName() => $".{Guid.NewGuid():N}{Suffix}";

    /// <summary>Replaces or creates a file.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">Writes the content; called again should the temporary vanish.</param>
    internal static void Write(IFileSystem files, string path, Action<ITemporaryFile> content)
    {
        string target = files.Resolve(path);
        string folder = Path.GetDirectoryName(target) ?? throw new UnauthorizedAccessException($"{path} is not a file that can be written.");
        CleanUp(files, folder);
        for (int attempt = 1; !TryWrite(files, target, content, isLast: attempt == Attempts); attempt++)
        {
        }
        files.SyncFolder(folder);
    }

    // False when another save, cleaning up, took the temporary for abandoned once it was closed, where it must be before it is renamed.
    private static bool TryWrite(IFileSystem files, string target, Action<ITemporaryFile> content, bool isLast)
    {
        ITemporaryFile temporary = files.CreateTemporary(target);
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

    // What a crash left behind. Only this library's temporaries, only those that nobody is writing.
    private static void CleanUp(IFileSystem files, string folder)
    {
        IReadOnlyList<string> found = [];
        Attempt(() => found = files.List(folder, "*" + Suffix));
        foreach (string path in found)
            Attempt(() => files.DeleteAbandoned(path));
    }

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
