using System.Formats.Tar;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Tells files from what only looks like one. Opening a pipe can wait for ever, and opening a device can do anything.</summary>
internal static class OrdinaryFile
{
    private const int MostLinks = 40;

    /// <summary>Whether a path that exists is a pipe or a device. A link is followed; nothing of the kind is opened.</summary>
    internal static bool IsSpecial(string path)
    {
        FileInfo file = new(RealPath(path));
        // Only files of length 0 can be special. The archive writer looks at the kind of a file before it opens one.
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
            // A socket, or an empty file that another process holds. Opening either fails at once.
            return false;
        }
    }

    /// <summary>Refuses to read what is no ordinary file.</summary>
    /// <exception cref="InvalidDataException">It is a pipe or a device.</exception>
    internal static void CheckBeforeReading(string path)
    {
        if (IsSpecial(path))
            throw new InvalidDataException($"{path}: expected a file, found a pipe or a device.");
    }

    /// <summary>The full path with every link followed: two spellings of one file are equal. What does not exist is taken as it is.</summary>
    internal static string RealPath(string path) => RealPath(path, MostLinks);

    private static string RealPath(string path, int links)
    {
        string full = Path.GetFullPath(path);
        string real = Path.GetPathRoot(full)!;
        foreach (string name in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, name);
            if (new FileInfo(real).LinkTarget is { } target)
                real = links > 0 ? RealPath(Path.Combine(Path.GetDirectoryName(real)!, target), links - 1)
                    : throw new IOException($"{path}: too many links");
        }
        return real;
    }
}
