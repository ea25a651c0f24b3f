using NeuralCore.Tests.Data;
using NeuralCore.Tests.Support;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>A folder with four valid files of 28 x 28 noise and their labels, small enough to train on quickly.</summary>
public sealed class SmallMnist : IDisposable
{
    internal const int TrainingCount = 300;
    internal const int TestCount = 50;

    private readonly IdxFiles _files = new();

    public SmallMnist()
    {
        _files.Write(MnistData.TrainingImages, IdxFiles.Noise(TrainingCount, 28, 28));
        // One compressed file and three plain ones: both forms must be found.
        _files.Write(MnistData.TrainingLabels + ".gz", IdxFiles.Gzip(Labels(TrainingCount)));
        _files.Write(MnistData.TestImages, IdxFiles.Noise(TestCount, 28, 28));
        _files.Write(MnistData.TestLabels, Labels(TestCount));
    }

    internal string Folder => _files.Folder;

    internal string PathOf(string name) => Path.Combine(Folder, name);

    public void Dispose() => _files.Dispose();

    internal static byte[] Labels(int count)
    {
        byte[] file = IdxFiles.Valid((uint)count);
        for (int i = 0; i < count; i++)
            file[8 + i] = (byte)(i % 10);
        return file;
    }
}
