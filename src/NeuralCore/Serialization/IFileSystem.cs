namespace NeuralCore.Serialization;

/// <summary>The file operations that saving needs, so that tests can make any of them fail.</summary>
internal interface IFileSystem
{
    /// <summary>Whether a file can be renamed while it is open.</summary>
    bool RenamesOpenFiles { get; }

    /// <summary>Follows links: the file that a save to this path has to replace.</summary>
    /// <exception cref="DirectoryNotFoundException">Its folder does not exist.</exception>
    /// <exception cref="IOException">It is a folder, a device, a FIFO or a socket.</exception>
    string Resolve(string path);

    /// <summary>
    /// Creates an empty file with a unique name beside the target, which only this user may read until <see cref="ITemporaryFile.Flush"/>.
    /// </summary>
    ITemporaryFile CreateTemporary(string target, string series);

    /// <summary>Renames a file, atomically replacing an existing one.</summary>
    void Rename(string from, string to);

    /// <summary>Makes a folder's entries durable.</summary>
    void SyncFolder(string folder);

    void Delete(string path);

    /// <summary>Deletes a temporary unless it is being written.</summary>
    void DeleteAbandoned(string path);

    /// <summary>The files of a folder that match a pattern such as <c>*.safetensors</c>.</summary>
    IReadOnlyList<string> List(string folder, string pattern);
}

/// <summary>A file that is being written.</summary>
internal interface ITemporaryFile : IDisposable
{
    string Path { get; }

    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Sets the file's final mode and waits until all of it is on the disk.</summary>
    void Flush();
}
