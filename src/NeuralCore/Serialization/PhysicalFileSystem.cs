using NeuralCore.Data;

namespace NeuralCore.Serialization;

/// <summary>The operating system's file system.</summary>
internal sealed class PhysicalFileSystem : IFileSystem
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int CreateAttempts = 20;
    private const int FileTooLarge = 27;

    internal static PhysicalFileSystem Instance { get; } = new();

    public bool RenamesOpenFiles => !OperatingSystem.IsWindows();

    public string Resolve(string path)
    {
        // Checks the given path: the target of a link in /dev or /proc need not exist under any name.
        RegularFile.Require(path, "a file that can be replaced");
        FileInfo file = new(path);
        string target = (file.LinkTarget is null ? null : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName) ?? file.FullName;
        string folder = Path.GetDirectoryName(target) ?? target;
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{target} cannot be written: the folder {folder} does not exist.");
        return target;
    }

    public ITemporaryFile CreateTemporary(string target, string series)
    {
        string folder = Path.GetDirectoryName(target) ?? target;
        for (int attempt = 1; ; attempt++)
        {
            string path = Path.Combine(folder, AtomicFile.TemporaryName(series));
            try
            {
                TemporaryFile file = new(path, target);
                // An abandoned file is deleted before its lock is released: if the file still exists after we locked it, it is ours.
                if (File.Exists(path) || attempt == CreateAttempts)
                    return file;
                file.Dispose();
            }
            catch (UnauthorizedAccessException e)
            {
                throw new UnauthorizedAccessException($"{target} cannot be written: no permission to create files in {folder}.", e);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && attempt < CreateAttempts)
            {
                // Another save was checking whether this file is abandoned, just before it was locked.
            }
        }
    }

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void SyncFolder(string folder) => FolderSync.Sync(folder);

    public void Delete(string path) => File.Delete(path);

    public void DeleteAbandoned(string path)
    {
        // A temporary is locked while it is written; then this throws.
        using FileStream locked = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    public IReadOnlyList<string> List(string folder, string pattern) => Directory.GetFiles(folder, pattern);

    private sealed class TemporaryFile : ITemporaryFile
    {
        private readonly FileStream _stream;
        private readonly UnixFileMode _mode;
        private readonly string _target;

        internal TemporaryFile(string path, string target)
        {
            Path = path;
            _target = target;
            FileStreamOptions options = new()
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                // Locked against DeleteAbandoned, but not against readers: the file is briefly open under its final name.
                Share = FileShare.Read,
                BufferSize = 0,
            };
            if (OperatingSystem.IsWindows())
            {
                _stream = new FileStream(path, options);
                return;
            }
            bool replaces = File.Exists(target);
            if (replaces)
            {
                _mode = File.GetUnixFileMode(target);
                options.UnixCreateMode = Private;
            }
            _stream = new FileStream(path, options);
            if (!replaces)
            {
                // The empty file has the default mode; .NET cannot read the umask.
                _mode = File.GetUnixFileMode(_stream.SafeFileHandle);
                File.SetUnixFileMode(_stream.SafeFileHandle, Private);
            }
        }

        public string Path { get; }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            try
            {
                _stream.Write(bytes);
            }
            catch (ArgumentOutOfRangeException e)
            {
                // .NET's exception for EFBIG.
                throw new IOException(
                    $"{_target} cannot be written: the file would be larger than the system's limit (ulimit -f) "
                    + "or the file system allows.", e)
                {
                    HResult = FileTooLarge,
                };
            }
        }

        public void Flush()
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(_stream.SafeFileHandle, _mode);
            _stream.Flush(flushToDisk: true);
        }

        public void Dispose() => _stream.Dispose();
    }
}
