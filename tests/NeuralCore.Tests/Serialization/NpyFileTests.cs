using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using NeuralCore.Data;
using NeuralCore.Serialization;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Serialization;

/// <summary>NumPy's files: what it wrote is read, what is written is what it writes, and everything else is refused.</summary>
public class NpyFileTests
{
    private static readonly JsonElement Peer = PeerFixture.Load("npy");

    private static readonly Dictionary<string, JsonElement> Cases =
        Peer.GetProperty("cases").EnumerateArray().ToDictionary(test => test.GetProperty("name").GetString()!);

    public static TheoryData<string> Names => new(Cases.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void What_NumPy_wrote_is_read(string name)
    {
        JsonElement test = Cases[name];
        byte[] file = test.GetProperty("file").GetBytesFromBase64();

        NpyArray array = NpyFile.Read(new MemoryStream(file), "f");

        array.Shape.Should().Equal(test.Ints("shape"));
        array.ToDoubles().Should().Equal(test.Doubles("values"));
        array.ToFloats().Should().Equal(test.Floats("values"));
        if (!name.Contains('f') && name is not "scalar" and not "vector")
            array.ToInt32s().Should().Equal(test.Doubles("values").Select(value => (int)value));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_written_is_what_NumPy_writes(string name)
    {
        byte[] file = Cases[name].GetProperty("file").GetBytesFromBase64();
        NpyArray array = NpyFile.Read(new MemoryStream(file), "f");
        using TemporaryFolder folder = new();

        NpyFile.Write(folder.File("a.npy"), array);

        if (!name.Contains('>') && !name.Contains('F') && !name.EndsWith('2') && !name.EndsWith('3'))
            File.ReadAllBytes(folder.File("a.npy")).Should().Equal(file);
        NpyArray again = NpyFile.Read(folder.File("a.npy"));
        again.Shape.Should().Equal(array.Shape);
        again.Type.Should().Be(array.Type);
        again.ToDoubles().Should().Equal(array.ToDoubles());
    }

    [Theory]
    [InlineData("npz")]
    [InlineData("compressed")]
    public void Archives_of_NumPy_are_read(string name)
    {
        IReadOnlyDictionary<string, NpyArray> arrays = NpzFile.Read(new MemoryStream(Peer.GetProperty(name).GetBytesFromBase64()), "f");
        arrays.Keys.Should().Equal("x", "layer/kernel:0");
        arrays["x"].ToString().Should().Be("Float32 [2, 3]");
        arrays["x"].ToFloats().Should().Equal(0, 1, 2, 3, 4, 5);
        arrays["layer/kernel:0"].ToInt32s().Should().Equal(Enumerable.Range(0, 1000).Select(i => i % 7));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Archives_are_written_and_read(bool compress)
    {
        using TemporaryFolder folder = new();
        Dictionary<string, NpyArray> arrays = new()
        {
            ["x"] = NpyArray.Of(TestData.Normals(600), 20, 30),
            ["y"] = NpyArray.Of(TestData.Labels(20, 3)),
            ["mask"] = NpyArray.Of([true, false, true]),
            ["pixels"] = NpyArray.Of(new byte[100_000], 10, 10_000),
            ["wide"] = NpyArray.Of([1L << 40, -1]),
            ["d"] = NpyArray.Of([Math.PI], 1, 1),
        };
        NpzFile.Write(folder.File("a.npz"), arrays, compress);
        NpzFile.Write(folder.File("b.npz"), arrays, compress);

        IReadOnlyDictionary<string, NpyArray> read = NpzFile.Read(folder.File("a.npz"));

        read.Keys.Should().Equal(arrays.Keys);
        foreach ((string key, NpyArray array) in arrays)
        {
            read[key].ToString().Should().Be(array.ToString());
            read[key].ToDoubles().Should().Equal(array.ToDoubles());
        }
        File.ReadAllBytes(folder.File("b.npz")).Should().Equal(File.ReadAllBytes(folder.File("a.npz")));
        (new FileInfo(folder.File("a.npz")).Length < 20_000).Should().Be(compress);
        Directory.GetFiles(folder.Path).Should().HaveCount(2);
    }

    [Fact]
    public void Arrays_become_data_sets()
    {
        NpyArray images = NpyArray.Of(Enumerable.Range(0, 24).Select(i => (byte)(i * 10)).ToArray(), 4, 2, 3);
        Dataset<int> data = Dataset.From(images.ToFeatures(), NpyArray.Of(new long[] { 0, 1, 2, 1 }).ToInt32s());
        data.ToString().Should().Be("4 samples [2, 3], 3 classes");
        data.Features.Should().BeOfType<ByteFeatures>();
        NpyArray.Of(new double[6], 3, 2).ToFeatures().ToString().Should().Be("ArrayFeatures: 3 x [2]");
        NpyArray.Of(new[] { 1.0, 2 }).ToInt32s().Should().Equal(1, 2);
        float[] same = new float[2];
        NpyArray.Of(same).ToFloats().Should().BeSameAs(same);
    }

    [Fact]
    public void Values_that_do_not_convert_are_named()
    {
        FluentActions.Invoking(() => NpyArray.Of(new[] { 1.0, 2.5 }).ToInt32s()).Should().Throw<ArgumentException>().WithMessage(
            "Value 1 is 2.5: *");
        FluentActions.Invoking(() => NpyArray.Of(new[] { 0L, 1L << 31 }).ToInt32s()).Should().Throw<ArgumentException>().WithMessage(
            "Value 1 is *");
        FluentActions.Invoking(() => NpyArray.Of([1.0, 2, 3, 1e300], 2, 2).ToFloats()).Should().Throw<ArgumentException>()
            .WithMessage("Row 1, column 1 is 1E+300*");
        FluentActions.Invoking(() => NpyArray.Of(new float[6], 4, 2)).Should().Throw<ArgumentException>().WithMessage(
            "The shape [4, 2] does not*");
        FluentActions.Invoking(() => NpyArray.Of(new float[6], -1, -6)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => NpyFile.Read(new MemoryStream(Npy("{'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4)), "f")
            .ToFeatures()).Should().Throw<ArgumentException>().WithMessage("*single number*");
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", 20,
        "expected 24 bytes of values, as the shape says, found 20")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", 28, "found 28")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647)}", 0, "expected at most")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,)}", 0, "an extent of at most 2147483647")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 0, "an extent, found \"-1,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3)}", 12, "expected ,")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': [3]}", 12, "expected (")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", 4, "not all of them")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4, "found 'descr'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1}", 4, "found 'more'")]
    [InlineData("{'descr': '<f4', 'fortran_order': Maybe, 'shape': ()}", 4, "True or False")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': ()}", 4, "found '|O'")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': ()}", 8, "found '<c8'")]
    [InlineData("{'descr': '|f4', 'fortran_order': False, 'shape': ()}", 4, "found '|f4'")]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': ()}", 4, "found ''")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", 4, "a quoted text")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", 4, "the end of the header")]
    [InlineData("", 4, "expected {")]
    [InlineData("{'descr", 4, "a quoted text")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': ("
        + "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}", 4,
        "at most 32 axes")]
    public void A_wrong_header_is_refused_with_the_place_and_the_reason(string header, int data, string reason)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        byte[] file = Npy(header, data);
        Action read = () => NpyFile.Read(new MemoryStream(file), "some file");
        read.Should().Throw<InvalidDataException>().Which.Message.Should().StartWith("some file, offset ").And.Contain(reason);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(HostileFiles.Overhead);
    }

    [Theory]
    [InlineData(new byte[] { }, "offset 0: expected 8 more bytes of the magic number")]
    [InlineData(new byte[] { 80, 75, 3, 4, 0, 0, 0, 0 }, "found 504B03040000, a zip archive. Read an npz file with NpzFile.")]
    [InlineData(new byte[] { 0x93, 78, 85, 77, 80, 89, 4, 0 }, "offset 6: expected version 1.0, 2.0 or 3.0, found 4.0")]
    [InlineData(new byte[] { 0x93, 78, 85, 77, 80, 89, 1, 1 }, "found 1.1")]
    [InlineData(new byte[] { 0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0 },
        "offset 8: expected a header of at most 0 bytes, found a length of 118")]
    [InlineData(new byte[] { 0x93, 78, 85, 77, 80, 89, 2, 0, 255, 255, 255, 255 }, "found a length of 4294967295")]
    public void A_wrong_start_is_refused(byte[] file, string reason) =>
        FluentActions.Invoking(() => NpyFile.Read(new MemoryStream(file), "f")).Should().Throw<InvalidDataException>()
            .Which.Message.Should().Contain(reason);

    [Theory]
    [InlineData("../x.npy", "dots between slashes")]
    [InlineData("/x.npy", "an empty part")]
    [InlineData("a\\b.npy", "backslash")]
    [InlineData("a/../b.npy", "dots between slashes")]
    [InlineData(".npy", "blank")]
    [InlineData("x.txt", "expected entries named *.npy")]
    [InlineData("a\nb.npy", "control character")]
    public void Entries_have_plain_names(string name, string reason)
    {
        byte[] file = Zip(archive => Add(archive, name, Vector(1)));
        FluentActions.Invoking(() => NpzFile.Read(new MemoryStream(file), "some file")).Should().Throw<InvalidDataException>()
            .Which.Message.Should().StartWith("some file: ").And.Contain(reason);
        if (name.EndsWith(".npy", StringComparison.Ordinal))
        {
            using TemporaryFolder folder = new();
            FluentActions.Invoking(() => NpzFile.Write(folder.File("a"), [new(name[..^4], NpyArray.Of(new float[1]))])).Should()
                .Throw<ArgumentException>();
        }
    }

    [Fact]
    public void Twice_the_same_name_is_refused()
    {
        byte[] file = Zip(archive =>
        {
            Add(archive, "x.npy", Vector(1));
            Add(archive, "x.npy", Vector(2));
        });
        FluentActions.Invoking(() => NpzFile.Read(new MemoryStream(file), "f")).Should().Throw<InvalidDataException>()
            .WithMessage("f: the array \"x\" is there twice.");
        using TemporaryFolder folder = new();
        FluentActions.Invoking(() => NpzFile.Write(folder.File("a"), [new("x", NpyArray.Of([1f])), new("x", NpyArray.Of([1f]))])).Should()
            .Throw<ArgumentException>().WithMessage("Two arrays are named*");
    }

    [Fact]
    public void A_bomb_takes_no_more_memory_than_it_can_fill()
    {
        // The sizes of an entry that inflates to little say 4 GB.
        byte[] file = Zip(archive => Add(archive, "x.npy", Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2000000000,)}", 100)));
        int central = file.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(central + 24), 2_000_000_128);
        HostileFiles.ShouldBeRefused(file, stream => NpzFile.Read(stream, "f")).Should().Contain("cannot hold");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_directory_of_very_many_entries_takes_little_memory(bool isStoredOnce)
    {
        // 50,000 entries that all point at one, or at nothing.
        byte[] one = Zip(archive => Add(archive, "00000.npy", Vector(1)));
        int central = one.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        int end = one.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        const int count = 50_000;
        List<byte> file = [.. isStoredOnce ? one.AsSpan(0, central) : []];
        int start = file.Count;
        for (int i = 0; i < count; i++)
        {
            byte[] entry = one[central..end];
            Encoding.ASCII.GetBytes($"{i:D5}", entry.AsSpan(46));
            file.AddRange(entry);
        }
        byte[] last = one[end..];
        BinaryPrimitives.WriteUInt16LittleEndian(last.AsSpan(8), count);
        BinaryPrimitives.WriteUInt16LittleEndian(last.AsSpan(10), count);
        BinaryPrimitives.WriteInt32LittleEndian(last.AsSpan(12), file.Count - start);
        BinaryPrimitives.WriteInt32LittleEndian(last.AsSpan(16), start);
        file.AddRange(last);

        HostileFiles.ShouldBeRefused(file.ToArray(), stream => NpzFile.Read(stream, "f"));
    }

    [Fact]
    public void Every_flipped_bit_of_an_archive_s_values_is_found()
    {
        byte[] file = Zip(archive => Add(archive, "x.npy", Vector(50)));
        int start = file.AsSpan().IndexOf("NUMPY"u8) + 200;
        for (int bit = start * 8; bit < (start + 50) * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            FluentActions.Invoking(() => NpzFile.Read(new MemoryStream(file), "f")).Should().Throw<InvalidDataException>();
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        NpzFile.Read(new MemoryStream(file), "f")["x"].Count.Should().Be(50);
    }

    [Theory]
    [InlineData("npy")]
    [InlineData("npz")]
    [InlineData("compressed")]
    public void Random_mutations_give_arrays_or_a_typed_error(string kind)
    {
        byte[] original = kind == "npy" ? Vector(200) : Peer.GetProperty(kind).GetBytesFromBase64();
        Random random = new(23);
        int refused = 0;
        for (int i = Long.Times(3000, 100_000); i > 0; i--)
        {
            byte[] file = Mutate(original, random);
            long memory = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            try
            {
                if (kind == "npy")
                    NpyFile.Read(new MemoryStream(file), "f");
                else
                    NpzFile.Read(new MemoryStream(file), "f");
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(1));
            (GC.GetAllocatedBytesForCurrentThread() - memory).Should().BeLessThan(2 * file.Length + HostileFiles.Overhead);
        }
        refused.Should().BeGreaterThan(500);
    }

    [Fact]
    public void Missing_files_and_folders_are_said_to_be()
    {
        using TemporaryFolder folder = new();
        FluentActions.Invoking(() => NpyFile.Read(folder.File("none"))).Should().Throw<FileNotFoundException>().WithMessage(
            "*an npy file*");
        FluentActions.Invoking(() => NpzFile.Read(folder.File("none"))).Should().Throw<FileNotFoundException>().WithMessage(
            "*an npz file*");
        FluentActions.Invoking(() => NpyFile.Read(folder.Path)).Should().Throw<IOException>().WithMessage("*is a folder*");
        FluentActions.Invoking(() => NpzFile.Read(new MemoryStream(Vector(3)), "f")).Should().Throw<InvalidDataException>()
            .WithMessage("f: expected a zip archive of npy files*");
    }

    private static byte[] Npy(string header, int data)
    {
        byte[] text = Encoding.Latin1.GetBytes(header + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. new byte[data]];
    }

    private static byte[] Vector(int count) => Npy($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count},), }}", 4 * count);

    private static byte[] Zip(Action<ZipArchive> fill)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
            fill(archive);
        return stream.ToArray();
    }

    private static void Add(ZipArchive archive, string name, byte[] content)
    {
        using Stream stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
        stream.Write(content);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] file = random.Next(8) switch
        {
            0 => original[..random.Next(original.Length)],
            1 => [.. original, .. new byte[random.Next(1, 50)]],
            _ => (byte[])original.Clone(),
        };
        for (int i = random.Next(1, 4); i > 0 && file.Length > 0; i--)
        {
            int at = random.Next(random.Next(2) == 0 ? file.Length : Math.Min(file.Length, 128));
            file[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => 255, _ => (byte)(file[at] ^ 1 << random.Next(8)) };
        }
        return file;
    }
}
