using System.Text;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Replaces files atomically: a file is completely written or left unchanged.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a temporary file in the same folder, then renames it over the file. UTF-8 with line feeds.</summary>
    /// <exception cref="SampleException">The file cannot be written, or it is a pipe or a device.</exception>
    internal static void Write(string path, string text) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))));

    /// <summary>The same for anything that writes to a stream.</summary>
    internal static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            // A rename would replace it with a regular file.
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
            // The message reports the first error.
        }
    }
}
