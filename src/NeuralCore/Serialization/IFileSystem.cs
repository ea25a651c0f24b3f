namespace NeuralCore.Serialization;

/// <summary>Everything that saving asks of the disk, so that tests can let any of it fail.</summary>
internal interface IFileSystem
{
    /// <summary>Whether a file can be renamed while it is open.</summary>
    bool RenamesOpenFiles { get; }

    /// <summary>Follows links: the file that a save to this path has to replace.</summary>
    /// <exception cref="DirectoryNotFoundException">Its folder does not exist.</exception>
    /// <exception cref="IOException">It is a folder, a device, a FIFO or a socket.</exception>
    string Resolve(string path);

    /// <summary>Creates an empty file of a name of its own beside the target, which only this user may read until <see cref="ITemporaryFile.Flush"/>.</summary>
    ITemporaryFile CreateTemporary(string target, string series);

    /// <summary>Puts one file in another's place, in one step.</summary>
    void Rename(string from, string to);

    /// <summary>Makes a folder's entries durable.</summary>
    void SyncFolder(string folder);

    void Delete(string path);

    /// <summary>Deletes a temporary unless somebody is writing it.</summary>
    void DeleteAbandoned(string path);

    /// <summary>The files of a folder that match a pattern such as <c>*.safetensors</c>.</summary>
    IReadOnlyList<string> List(string folder, string pattern);
}

/// <summary>A file that is being written.</summary>
internal interface ITemporaryFile : IDisposable
{
    string Path { get; }

    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Gives the file the mode it is to keep, and waits until all of it is on the disk.</summary>
    void Flush();
}
