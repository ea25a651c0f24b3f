using NeuralCore.Samples.Mnist;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Tabular.Output;

/// <summary>Checks before training that a file can be written afterwards.</summary>
internal static class OutputFile
{
    /// <param name="path">The file; null for none.</param>
    /// <param name="option">The option that named it.</param>
    /// <exception cref="SampleException">It cannot be written.</exception>
    internal static void Check(string? path, string option)
    {
        if (path is null)
            return;
        try
        {
            string full = OrdinaryFile.RealPath(path);
            if (Directory.Exists(full) || Path.EndsInDirectorySeparator(path))
                throw new SampleException($"Cannot write {path}: it is a folder. {option} takes a file.");
            if (OrdinaryFile.IsSpecial(full))
                throw new SampleException($"Cannot write {path}: it is a pipe or a device. {option} takes a file.");
            if (!Directory.Exists(Path.GetDirectoryName(full)))
                throw new SampleException($"Cannot write {path}: the folder {Path.GetDirectoryName(full)} does not exist.");
        }
        catch (Exception e) when (FileError.Is(e) || e is ArgumentException or NotSupportedException)
        {
            throw new SampleException($"Cannot write {path}: {FileError.Reason(e)}.", e);
        }
    }
}
