namespace NeuralCore.Tests.Serialization;

/// <summary>A folder of its own that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("neuralcore-").FullName;

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    internal string[] Names => Directory.GetFileSystemEntries(Path).Select(path =>
        System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
