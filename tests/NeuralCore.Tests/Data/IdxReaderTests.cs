using NeuralCore.Data;

namespace NeuralCore.Tests.Data;

public sealed class IdxReaderTests : IDisposable
{
    private const long Slack = 1 << 20;

    private readonly IdxFiles _files = new();

    public void Dispose() => _files.Dispose();

    // name, content, offset in the message, a piece of the message
    public static TheoryData<string, byte[], long, string> BadFiles()
    {
        byte[] valid = IdxFiles.Valid(3, 2, 2);
        TheoryData<string, byte[], long, string> cases = new()
        {
            { "empty", [], 0, "the end of the file after 0" },
            { "magic 0", IdxFiles.With(valid, 0, 1), 0, "found 1, 0" },
            { "magic 1", IdxFiles.With(valid, 1, 255), 0, "found 0, 255" },
            { "text", "{\"images\":[1,2,3]}"u8.ToArray(), 0, "found 123, 34" },
            { "png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], 0, "found 137, 80" },
            { "little-endian magic", [3, 8, 0, 0, 3, 0, 0, 0], 0, "found 3, 8" },
            { "zip", [0x50, 0x4B, 3, 4, 0, 0, 0, 0], 0, "found 80, 75" },
            { "dimension 0 is 0", IdxFiles.Header(0, 2, 2), 4, "found 0" },
            { "dimension 1 is 0", IdxFiles.Header(3, 0, 2), 8, "found 0" },
            { "dimension 2 is 0", IdxFiles.Header(3, 2, 0), 12, "found 0" },
            { "dimension 0 is 2^31", IdxFiles.Header(0x80000000, 1, 1), 4, "found 2147483648" },
            { "dimension 1 is 2^31", IdxFiles.Header(1, 0x80000000, 1), 8, "found 2147483648" },
            { "dimension is -1", IdxFiles.Header(1, 1, 0xFFFFFFFF), 12, "found 4294967295" },
            { "dimension is -2^31 + 1", IdxFiles.Header(0x80000001), 4, "found 2147483649" },
            { "product 2^32", IdxFiles.Header(65536, 65536), 8, "4294967296" },
            { "product 2^32 + 65536", IdxFiles.Header(65537, 65536), 8, "4295032832" },
            { "product wraps to 0 in 64 bits", IdxFiles.Header(1 << 30, 1 << 30, 16), 8, "at most 2147483591" },
            { "product of four", IdxFiles.Header(60000, 28, 28, 1000), 16, "47040000000" },
            { "all largest", IdxFiles.Header(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue), 4, "2147483647" },
            { "just over an array", IdxFiles.Header(0x7FFFFFC8), 4, "2147483592" },
            { "promises 2 GB", IdxFiles.Header(0x7FFFFFC7), 8, "expected 2147483599 bytes" },
            { "promises 47 MB", IdxFiles.Header(60000, 28, 28), 16, "expected 47040016 bytes" },
            { "body - 1", valid[..^1], 27, "expected 28 bytes in all" },
            { "body gone", valid[..16], 16, "the end after 16" },
            { "body + 1", [.. valid, 0], 28, "found 1 more" },
            { "two files in one", [.. valid, .. valid], 28, "found 28 more" },
            { "labels - 1", IdxFiles.Valid(100)[..^1], 107, "expected 108 bytes" },
            { "labels + 1", [.. IdxFiles.Valid(100), 9], 108, "found 1 more" },
        };
        foreach (byte type in new byte[] { 0, 7, 9, 0x0B, 0x0C, 0x0D, 0x0E, 255 })
            cases.Add($"type {type:X2}", IdxFiles.With(valid, 2, type), 2, $"found 0x{type:X2}");
        foreach (byte rank in new byte[] { 0, 5, 128, 255 })
            cases.Add($"{rank} dimensions", IdxFiles.With(valid, 3, rank), 3, $"found {rank}");
        for (int cut = 1; cut < 16; cut++)
            cases.Add($"cut at {cut}", valid[..cut], cut, cut == 1 ? "found" : "the end of the file after");
        for (int cut = 17; cut < 28; cut += 3)
            cases.Add($"cut at {cut}", valid[..cut], cut, $"the end after {cut}");
        return cases;
    }

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void Bad_file_is_refused_and_takes_no_memory(string name, byte[] content, long offset, string message)
    {
        string path = _files.Write($"{name}.idx", content);
        Exception? error = null;

        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            IdxReader.Read(path);
        }
        catch (InvalidDataException e)
        {
            error = e;
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        error.Should().NotBeNull();
        error!.Message.Should().StartWith($"{path}, offset {offset}: expected ").And.Contain(", found ").And.Contain(message);
        allocated.Should().BeLessThanOrEqualTo(content.Length + Slack);
    }

    [Fact]
    public void There_are_at_least_forty_bad_files() => BadFiles().Count().Should().BeGreaterThanOrEqualTo(40);

    [Theory]
    [InlineData(new uint[] { 1 })]
    [InlineData(new uint[] { 5 })]
    [InlineData(new uint[] { 3, 4 })]
    [InlineData(new uint[] { 2, 3, 5 })]
    [InlineData(new uint[] { 2, 3, 4, 3 })]
    public void Reads_one_to_four_dimensions_plain_and_compressed(uint[] dimensions)
    {
        byte[] file = IdxFiles.Valid(dimensions);
        foreach (byte[] content in new[] { file, IdxFiles.Gzip(file) })
        {
            IdxData data = IdxReader.Read(_files.Write("file", content));
            IdxReader.Read(new MemoryStream(content), "memory").Values.Should().Equal(data.Values);

            data.Count.Should().Be((int)dimensions[0]);
            data.SampleShape.Should().Equal(dimensions[1..].Select(extent => (int)extent));
            data.Values.Should().Equal(file[(4 + 4 * dimensions.Length)..]);
        }
    }

    [Fact]
    public void Plain_file_allocates_its_own_size()
    {
        string path = _files.Write("large", IdxFiles.Valid(5000, 28, 28));
        IdxReader.Read(path);
        long before = GC.GetAllocatedBytesForCurrentThread();
        IdxReader.Read(path);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThanOrEqualTo(new FileInfo(path).Length + Slack);
    }

    [Fact]
    public void Content_decides_whether_a_file_is_compressed_not_its_name()
    {
        byte[] file = IdxFiles.Valid(4, 2, 2);
        IdxReader.Read(_files.Write("plain.gz", file)).Values.Should().Equal(file[16..]);
        IdxReader.Read(_files.Write("compressed-idx3-ubyte", IdxFiles.Gzip(file))).Values.Should().Equal(file[16..]);
    }

    [Fact]
    public void Missing_file_names_the_path()
    {
        string path = Path.Combine(_files.Folder, "nowhere", "train-images");
        FluentActions.Invoking(() => IdxReader.Read(path)).Should().Throw<FileNotFoundException>()
            .Where(e => e.FileName == path && e.Message.Contains(path));
        FluentActions.Invoking(() => IdxReader.Read("")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => IdxReader.Read((string)null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Folder_is_said_to_be_one() =>
        FluentActions.Invoking(() => IdxReader.Read(_files.Folder)).Should().Throw<IOException>()
            .WithMessage($"{_files.Folder} is a folder*");

    [Fact]
    public void Images_and_labels_become_a_data_set()
    {
        string images = _files.Write("images", IdxFiles.Valid(3, 2, 2));
        string labels = _files.Write("labels", [.. IdxFiles.Header(3), 9, 0, 4]);

        Dataset<int> dataset = IdxReader.ReadDataset(images, labels, scale: 2f);

        dataset.ToString().Should().Be("3 samples [2, 2], 10 classes");
        Enumerable.Range(0, 3).Select(dataset.Targets.ClassOf).Should().Equal(9, 0, 4);
        float[] row = new float[4];
        dataset.Features.Gather([1], row);
        row.Should().Equal(2f * 28, 2f * 35, 2f * 42, 2f * 49);
        IdxReader.ReadImages(images, out Shape shape).Should().HaveCount(12);
        shape.Should().Equal(2, 2);
        IdxReader.ReadLabels(labels).Should().Equal(9, 0, 4);
    }

    [Theory]
    [InlineData(10, 0, 10)]
    [InlineData(10, 2, 255)]
    [InlineData(3, 1, 3)]
    [InlineData(1, 2, 1)]
    public void Label_out_of_range_names_file_and_offset(int classes, int row, byte label)
    {
        string images = _files.Write("images", IdxFiles.Valid(3, 2, 2));
        string labels = _files.Write("labels", IdxFiles.With([.. IdxFiles.Header(3), 0, 0, 0], 8 + row, label));
        string expected = $"{labels}, offset {8 + row}: expected a label of 0 to {classes - 1} for row {row}, found {label}.";

        FluentActions.Invoking(() => IdxReader.ReadDataset(images, labels, classes: classes))
            .Should().Throw<InvalidDataException>().WithMessage(expected);
        FluentActions.Invoking(() => IdxReader.ReadLabels(labels, classes)).Should().Throw<InvalidDataException>().WithMessage(expected);
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(3, 4)]
    [InlineData(1, 3)]
    public void Counts_that_differ_name_both_files(int imageCount, int labelCount)
    {
        string images = _files.Write("images", IdxFiles.Valid((uint)imageCount, 2, 2));
        string labels = _files.Write("labels", [.. IdxFiles.Header((uint)labelCount), .. new byte[labelCount]]);

        FluentActions.Invoking(() => IdxReader.ReadDataset(images, labels)).Should().Throw<InvalidDataException>()
            .WithMessage(
                $"{images}, offset 4: expected {labelCount} samples, as many as there are labels in {labels}, found {imageCount}.");
    }

    [Fact]
    public void Images_given_as_labels_and_the_reverse_are_refused()
    {
        string images = _files.Write("images", IdxFiles.Valid(3, 2, 2));
        string labels = _files.Write("labels", [.. IdxFiles.Header(3), 0, 0, 0]);

        FluentActions.Invoking(() => IdxReader.ReadDataset(labels, images)).Should().Throw<InvalidDataException>()
            .WithMessage($"{images}, offset 3: expected 1 dimension(s), found 3.");
        FluentActions.Invoking(() => IdxReader.ReadDataset(labels, labels)).Should().Throw<InvalidDataException>()
            .WithMessage($"{labels}, offset 3: expected 2 to 4 dimension(s), found 1.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(257)]
    public void Class_count_must_fit_a_byte(int classes) =>
        FluentActions.Invoking(() => IdxReader.ReadLabels("unused", classes)).Should().Throw<ArgumentOutOfRangeException>();
}
