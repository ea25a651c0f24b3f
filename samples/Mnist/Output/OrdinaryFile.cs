using System.Formats.Tar;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Tells regular files from pipes and devices. Opening a pipe can block forever, and opening a device can do anything.</summary>
internal static class OrdinaryFile
{
    private const int MostLinks = 40;

    /// <summary>Whether an existing path is a pipe or a device. Follows links and does not open pipes or devices.</summary>
    internal static bool IsSpecial(string path)
    {
        FileInfo file = new(RealPath(path));
        // Only files of length 0 can be special. The archive writer checks a file's type before it opens the file.
        if (!file.Exists || file.Length > 0)
            return false;
        using MemoryStream archive = new();
        try
        {
            using (TarWriter writer = new(archive, TarEntryFormat.Pax, leaveOpen: true))
                writer.WriteEntry(file.FullName, "file");
            archive.Position = 0;
            using TarReader reader = new(archive);
            return reader.GetNextEntry()?.EntryType is not TarEntryType.RegularFile;
        }
        catch (IOException)
        {
            // A socket, or an empty file locked by another process. Opening either fails at once.
            return false;
        }
    }

    /// <summary>Rejects a path that is not a regular file.</summary>
    /// <exception cref="InvalidDataException">It is a pipe or a device.</exception>
    internal static void CheckBeforeReading(string path)
    {
        if (IsSpecial(path))
            throw new InvalidDataException($"{path}: expected a file, found a pipe or a device.");
    }

    /// <summary>
    /// The full path with all links resolved, so that two spellings of one file are equal. Parts that do not exist are kept as they are.
    /// </summary>
    internal static string RealPath(string path) => RealPath(path, MostLinks);

    private static string RealPath(string path, int links)
    {
        string full = Path.GetFullPath(path);
        string real = Path.GetPathRoot(full)!;
        foreach (string name in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, name);
            if (new FileInfo(real).LinkTarget is { } target)
            {
                real = links > 0
                    ? RealPath(Path.Combine(Path.GetDirectoryName(real)!, target), links - 1)
                    : throw new IOException($"{path}: too many links");
            }
        }
        return real;
    }
}
