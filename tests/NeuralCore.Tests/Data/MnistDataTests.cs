using System.Buffers.Binary;
using System.Security.Cryptography;
using NeuralCore.Data;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Data;

public class MnistDataTests
{
    // SHA-256 of the decompressed files: mirrors compress them differently.
    [SkippableTheory]
    [InlineData(MnistData.TrainingImages, 60_000, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")]
    [InlineData(MnistData.TrainingLabels, 60_000, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")]
    [InlineData(MnistData.TestImages, 10_000, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")]
    [InlineData(MnistData.TestLabels, 10_000, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")]
    public void Files_are_the_published_ones(string name, int count, string sha256)
    {
        IdxData data = IdxReader.Read(MnistData.PathOf(name));

        data.Count.Should().Be(count);
        // The reader keeps the values only; the header is rebuilt from what it understood.
        byte[] header = new byte[4 + 4 * (1 + data.SampleShape.Rank)];
        header[2] = 8;
        header[3] = (byte)(1 + data.SampleShape.Rank);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), data.Count);
        for (int axis = 0; axis < data.SampleShape.Rank; axis++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(8 + 4 * axis), data.SampleShape[axis]);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(data.Values);
        Convert.ToHexStringLower(hash.GetHashAndReset()).Should().Be(sha256);
    }

    [SkippableFact]
    public void Training_set_is_what_everybody_trains_on()
    {
        Dataset<int> train = MnistData.TrainingSet();

        train.Count.Should().Be(60_000);
        train.InputShape.Should().Equal(28, 28);
        train.Targets.ClassCount.Should().Be(10);
        int[] histogram = new int[10];
        for (int row = 0; row < train.Count; row++)
            histogram[train.Targets.ClassOf(row)]++;
        histogram.Should().Equal(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949);
    }

    [SkippableFact]
    public void Memory_stays_at_one_byte_a_pixel()
    {
        string images = MnistData.PathOf(MnistData.TrainingImages);
        long before = GC.GetAllocatedBytesForCurrentThread();
        IdxReader.Read(images);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(47_040_016 + (1 << 20));
    }
}
