using System.Buffers.Binary;
using System.Diagnostics;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Serialization;

namespace NeuralCore.Tests.Serialization;

/// <summary>Damaged and hostile files: a typed error or what was saved; no crash, no hang, no memory beyond the file's size.</summary>
public class DamagedFileTests
{
    private const string OneTensor = """{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""";

    [Fact]
    public void Every_flipped_bit_of_a_model_file_is_found()
    {
        byte[] file = HostileFiles.Model();
        for (int bit = 0; bit < file.Length * 8; bit += Long.IsWanted ? 1 : 5)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            Exception? error = Record.Exception(() => ModelFile.Load(new MemoryStream(file), "m"));
            (error is InvalidDataException).Should().BeTrue("bit {0} was flipped, and {1} came", bit, error);
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        ModelFile.Load(new MemoryStream(file), "m").Model.Name.Should().Be("small");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_mutations_give_what_was_saved_or_a_typed_error(bool isCheckpoint)
    {
        byte[] original = isCheckpoint ? HostileFiles.Checkpoint() : HostileFiles.Model();
        uint[] expected = Bits(original, isCheckpoint);
        Random random = new(17);
        int identical = 0;
        int refused = 0;
        for (int i = Long.Times(1500, 50_000); i > 0; i--)
        {
            byte[] file = Mutate(original, random);
            bool isForged = random.Next(3) == 0 && HostileFiles.Forge(file);
            long memory = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            try
            {
                uint[] found = Bits(file, isCheckpoint);
                if (!isForged)
                    found.Should().Equal(expected);
                identical++;
            }
            catch (Exception e) when (e is InvalidDataException or NotSupportedException)
            {
                refused++;
            }
            Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(1));
            (GC.GetAllocatedBytesForCurrentThread() - memory).Should().BeLessThan(2 * file.Length + HostileFiles.Overhead);
        }
        refused.Should().BeGreaterThan(1000);
        identical.Should().BePositive("a digest made anew lets some weights through");
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"a":{"dtype":"F32","shape":[0],"data_offsets":[24,24]}}""", 24,
        "\"a\" twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}""", 20,
        "b to start at 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12,
        "b to start at 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "a to start at 0")]
    [InlineData(OneTensor, 20, "24 bytes of arrays, found 20")]
    [InlineData(OneTensor, 28, "24 bytes of arrays, found 28")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}}""", 20, "24 bytes for a [2, 3]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[24,0]}}""", 24, "the offsets 24 to 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "64 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,0]}}""", 0, "64 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1073741824,1073741824],"data_offsets":[0,4611686018427387904]}}""", 16,
        "4611686018427387904 bytes of arrays, found 16")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "none negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "at most 16")]
    [InlineData("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, "a known type of a, found \"F31\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "not all of them")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", 4, "at most 2")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "each once, found \"dtype\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}}""", 4, "\"extra\"")]
    [InlineData("""{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "expected String, found Number")]
    [InlineData("""{"__metadata__":{"x":"1","x":"2"}}""", 0, "\"x\" twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "it twice")]
    [InlineData("""{"__metadata__":{"neuralcore.sha256":"00"}}""", 0, "64 characters")]
    [InlineData("""{"a":{"dtype":{"b":{"c":{"d":1}}}}}""", 0, "expected String")]
    [InlineData("[[[[[[[[[[]]]]]]]]]]", 0, "starts with {")]
    [InlineData("{", 0, "a JSON header")]
    [InlineData("{}x", 0, "a JSON header")]
    [InlineData("", 0, "an empty one")]
    public void A_wrong_header_is_refused_with_the_place_and_the_reason(string header, int data, string reason)
    {
        byte[] file = ModelFileTests.Foreign(header, data);

        Action read = () => SafeTensorsReader.Open(new MemoryStream(file), "some file").Dispose();

        read.Should().Throw<InvalidDataException>().WithMessage("some file, offset *: expected *, found *").WithMessage($"*{reason}*");
    }

    [Theory]
    [InlineData(new byte[] { }, "a file of 0 bytes")]
    [InlineData(new byte[] { 1, 2, 3 }, "a file of 3 bytes")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, "a length of 18446744073709551615")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 128 }, "a length of 9223372036854775808")]
    [InlineData(new byte[] { 1, 0, 16, 0, 0, 0, 0, 0 }, "at most 1048576")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, 123 }, "fits into the file of 9 bytes")]
    public void A_wrong_length_is_refused_before_memory_is_taken(byte[] file, string reason)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Action read = () => SafeTensorsReader.Open(new MemoryStream(file), "some file").Dispose();

        read.Should().Throw<InvalidDataException>().WithMessage($"some file, offset 0: *{reason}*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(HostileFiles.Overhead);
    }

    [Theory]
    [InlineData("\\\"units\\\":7,", "\\\"units\\\":2000000000,", "2000000000] weights do not")]
    [InlineData("\\\"units\\\":7,", "\\\"units\\\":70000000,", "dense.kernel to be F32 [12, 70000000]")]
    [InlineData("\\\"inputShape\\\":[4,3]", "\\\"inputShape\\\":[46340,46340]", "dense")]
    [InlineData("\\\"inputShape\\\":[4,3]", "\\\"inputShape\\\":[4,0]", "at least 1")]
    [InlineData("\\\"kind\\\":\\\"ReLU\\\"", "\\\"kind\\\":\\\"Flatten\\\"", "Flatten is not an activation")]
    [InlineData("\\\"format\\\":1", "\\\"format\\\":2", "reads format 1")]
    [InlineData("\\\"useBias\\\":true", "\\\"useBias\\\":false", "3 arrays of weights, found 4")]
    [InlineData("\\\"name\\\":\\\"head\\\"", "\\\"name\\\":\\\"hand\\\"", "the weights hand.kernel")]
    [InlineData("\\\"rate\\\":0.25", "\\\"rate\\\":1.25", "dropout rate")]
    [InlineData("\\\"seed\\\":5", "\\\"seed\\\":\\\"five\\\"", "Number")]
    [InlineData("\\\"seed\\\":5", "\\\"seed\\\":5,\\\"seed\\\":6", "seed")]
    [InlineData("\\\"settings\\\":{}", "\\\"settings\\\":{"
        + "\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{"
        + "\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{"
        + "\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{"
        + "\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{\\\"a\\\":{"
        + "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}", "depth")]
    public void A_description_that_lies_under_a_right_digest_is_refused_before_memory_is_taken(string from, string to, string reason)
    {
        byte[] file = HostileFiles.Rewrite(HostileFiles.Model(), from, to);
        HostileFiles.Forge(file).Should().BeTrue();
        long before = GC.GetAllocatedBytesForCurrentThread();

        Action load = () => ModelFile.Load(new MemoryStream(file), "m");

        load.Should().Throw<InvalidDataException>().WithMessage($"m, offset 8: *{reason}*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2 * file.Length + HostileFiles.Overhead);
    }

    [Fact]
    public void A_model_is_no_checkpoint_and_a_checkpoint_is_a_model_too()
    {
        Action load = () => Checkpoint.Load(new MemoryStream(HostileFiles.Model()), "m");
        load.Should().Throw<InvalidDataException>().WithMessage("m, offset 8: expected a checkpoint*");

        ModelFile.Load(new MemoryStream(HostileFiles.Checkpoint()), "c").Model.Name.Should().Be("small");
    }

    [Fact]
    public void Loading_a_large_file_takes_the_memory_of_its_weights_once()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("m");
        new Sequential([1000], [new Dense(1000)]).Save(path);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Sequential.Load(path);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(new FileInfo(path).Length + HostileFiles.Overhead);
    }

    private static uint[] Bits(byte[] file, bool isCheckpoint)
    {
        using MemoryStream stream = new(file);
        if (!isCheckpoint)
            return TestModels.Bits(ModelFile.Load(stream, "m").Model);
        Checkpoint checkpoint = Checkpoint.Load(stream, "c");
        return checkpoint.Slots.SelectMany(slot => slot.Value).Concat(checkpoint.Weights.SelectMany(array => array.Values))
            .Select(BitConverter.SingleToUInt32Bits).Append((uint)checkpoint.Step).ToArray();
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> file = [.. original];
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(original);
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            // Every second hit goes into the header, which is where cunning lies.
            int at = random.Next(2) == 0 ? random.Next(Math.Min(8 + header, file.Count)) : random.Next(file.Count);
            switch (random.Next(8))
            {
                case 0:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    file[at] = (byte)random.Next(256);
                    break;
                case 2:
                    file.RemoveRange(at, file.Count - at);
                    break;
                case 3:
                    file.InsertRange(at, file.GetRange(at, Math.Min(random.Next(64), file.Count - at)));
                    break;
                case 4:
                    file.RemoveRange(at, Math.Min(random.Next(64), file.Count - at));
                    break;
                case 5:
                    file[random.Next(Math.Min(8, file.Count))] = (byte)random.Next(256);
                    break;
                case 6:
                    // Digits of shapes and offsets, and the characters that hold JSON together.
                    file[at] = (byte)"0123456789{}[],:\"-.eE"[random.Next(21)];
                    break;
                default:
                    file.AddRange(new byte[random.Next(1, 64)]);
                    break;
            }
            if (file.Count == 0)
                file.Add(0);
        }
        return file.ToArray();
    }
}
