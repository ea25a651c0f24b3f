using NeuralCore.Serialization;

namespace NeuralCore.Tests.Serialization;

/// <summary>The disk, but one operation fails (or it and all after it), and every operation is listed.</summary>
internal sealed class FaultyFileSystem(int failing, bool forever, Func<string, Exception> error) : IFileSystem
{
    private readonly PhysicalFileSystem _disk = new();
    private int _count;

    internal List<string> Operations { get; } = [];

    internal string? FailedOperation { get; private set; }

    internal bool HasFailed => FailedOperation is not null;

    public bool RenamesOpenFiles => _disk.RenamesOpenFiles;

    public string Resolve(string path) => _disk.Resolve(path);

    public ITemporaryFile CreateTemporary(string target, string series)
    {
        Operation("create");
        return new FaultyFile(this, _disk.CreateTemporary(target, series));
    }

    public void Rename(string from, string to)
    {
        Operation("rename");
        _disk.Rename(from, to);
    }

    public void SyncFolder(string folder)
    {
        Operation("sync folder");
        _disk.SyncFolder(folder);
    }

    public void Delete(string path)
    {
        Operation("delete");
        _disk.Delete(path);
    }

    public void DeleteAbandoned(string path)
    {
        Operation("delete abandoned");
        _disk.DeleteAbandoned(path);
    }

    public IReadOnlyList<string> List(string folder, string pattern)
    {
        Operation("list");
        return _disk.List(folder, pattern);
    }

    private void Operation(string name)
    {
        Operations.Add(name);
        _count++;
        if (_count == failing || forever && HasFailed)
        {
            FailedOperation ??= name;
            throw error(name);
        }
    }

    private sealed class FaultyFile(FaultyFileSystem owner, ITemporaryFile file) : ITemporaryFile
    {
        public string Path => file.Path;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            try
            {
                owner.Operation("write");
            }
            catch
            {
                // A short write: half of it arrived.
                file.Write(bytes[..(bytes.Length / 2)]);
                throw;
            }
            file.Write(bytes);
        }

        public void Flush()
        {
            owner.Operation("flush");
            file.Flush();
        }

        public void Dispose()
        {
            owner.Operations.Add("close");
            file.Dispose();
        }
    }
}
