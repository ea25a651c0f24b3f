using System.Text;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Writes files that are there whole or as they were before.</summary>
internal static class AtomicFile
{
    /// <summary>Writes beside the file, then renames over it. UTF-8, line feeds.</summary>
    /// <exception cref="SampleException">The file cannot be written, or it is a pipe or a device.</exception>
    internal static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))));

    /// <summary>The same for anything that writes to a stream.</summary>
    internal static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            // A rename would put an ordinary file in its place.
            if (OrdinaryFile.IsSpecial(path))
                throw new SampleException($"Cannot write {path}: it is a pipe or a device.");
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (FileError.Is(e))
        {
            TryDelete(temporary);
            throw new SampleException($"Cannot write {path}: {FileError.Reason(e)}.", e);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (FileError.Is(e))
        {
            // The message that follows says what went wrong first.
        }
    }
}
