namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Locks a folder for one process at a time. The lock also ends if the process is killed.</summary>
internal sealed class FolderLock : IDisposable
{
    private const string LockFile = ".lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Creates the folder if it does not exist, and locks it until disposed.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="option">The option that named it.</param>
    /// <exception cref="SampleException">Another process has locked it, or it cannot be written.</exception>
    internal static FolderLock Hold(string path, string option)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (FileError.Is(e) || e is ArgumentException or NotSupportedException)
        {
            throw new SampleException($"Cannot use {path} as the folder of {option}: {FileError.Reason(e)}.", e);
        }
        string file = Path.Combine(path, LockFile);
        try
        {
            return new FolderLock(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(file))
        {
            throw new SampleException($"{path} is in use by another process. Wait for it to end, or choose another {option} folder.", e);
        }
        catch (Exception e) when (FileError.Is(e))
        {
            throw new SampleException($"Cannot write in {path}: {FileError.Reason(e)}.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
