using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NeuralCore.Data;

/// <summary>
/// Reads IDX files, the format of MNIST and its relatives, plain or compressed with gzip (recognized by content, not by name): big-endian
/// magic 0, 0, type, number of dimensions; one 32-bit extent for each dimension; then the values. The type must be unsigned byte (8), with
/// 1 to 4 dimensions.
/// </summary>
/// <remarks>
/// Files are not trusted. The size that a header states is checked against the file's length before any memory is allocated; a file must
/// end exactly where its header says; a compressed file must be one whole gzip member with the right checksum. Invalid content is reported
/// by an <see cref="InvalidDataException"/> that states file, offset, expected and found. Source of the format: Y. LeCun, C. Cortes, C.
/// Burges, "The MNIST database of handwritten digits".
/// </remarks>
public static class IdxReader
{
    internal const int MaxDimensions = 4;

    /// <summary>Reads a file of 1 to 4 dimensions.</summary>
    /// <param name="path">The file, plain or gzip.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder, a device or a FIFO, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">The content is not valid.</exception>
    public static IdxData Read(string path) => Read(path, 1, MaxDimensions, expectedCount: null);

    /// <summary>Reads a file of images: samples of 1 to 3 dimensions.</summary>
    /// <param name="path">The file, plain or gzip.</param>
    /// <param name="shape">The shape of one image.</param>
    /// <returns>All images, one after the other.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder, a device or a FIFO, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">The content is not valid.</exception>
    public static byte[] ReadImages(string path, out Shape shape)
    {
        IdxData images = Read(path, 2, MaxDimensions, expectedCount: null);
        shape = images.SampleShape;
        return images.Values;
    }

    /// <summary>Reads a file of labels: one dimension, one byte for each sample.</summary>
    /// <param name="path">The file, plain or gzip.</param>
    /// <param name="classes">The number of classes, which every label must be below; at most 256.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is not from 1 to 256.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder, a device or a FIFO, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">The content is not valid, or a label is out of range.</exception>
    public static int[] ReadLabels(string path, int classes = 256) => Widen(ReadLabelBytes(path, classes));

    /// <summary>Reads images and their labels; the images stay bytes.</summary>
    /// <param name="imagesPath">The file of images, plain or gzip.</param>
    /// <param name="labelsPath">The file of labels, plain or gzip.</param>
    /// <param name="scale">What each byte is multiplied by when it is gathered; by default 1/255.</param>
    /// <param name="classes">The number of classes, which every label must be below; at most 256.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> or <paramref name="scale"/> is out of range.</exception>
    /// <exception cref="FileNotFoundException">One of the files does not exist.</exception>
    /// <exception cref="IOException">A path is a folder, a device or a FIFO, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="InvalidDataException">A content is not valid, a label is out of range, or the counts differ.</exception>
    public static Dataset<int> ReadDataset(
        string imagesPath, string labelsPath, float scale = ByteFeatures.DefaultScale, int classes = 10)
    {
        // The labels are small: reading them first detects a mismatched pair before memory is allocated for the images.
        byte[] labels = ReadLabelBytes(labelsPath, classes);
        IdxData images = Read(imagesPath, 2, MaxDimensions, (labels.Length, labelsPath));
        return new(new ByteFeatures(images.Values, images.SampleShape, scale), new ClassLabels(Widen(labels), classes));
    }

    /// <summary>Reads from a seekable stream, from its start; <paramref name="name"/> is for messages.</summary>
    internal static IdxData Read(
        Stream stream, string name, int minRank = 1, int maxRank = MaxDimensions, (int Count, string Path)? expectedCount = null)
    {
        using IdxContent content = IdxContent.Open(stream, name);
        Span<byte> magic = stackalloc byte[4];
        content.ReadHeader(magic, "the magic number");
        if (magic[0] != 0 || magic[1] != 0)
            throw content.Invalid(0, "the bytes 0, 0 of an IDX file", $"{magic[0]}, {magic[1]}");
        if (magic[2] != 0x08)
            throw content.Invalid(2, "type 0x08 (unsigned byte)", $"0x{magic[2]:X2}");
        int rank = magic[3];
        if (rank < minRank || rank > maxRank)
        {
            string expected = minRank == maxRank ? $"{minRank}" : $"{minRank} to {maxRank}";
            throw content.Invalid(3, $"{expected} dimension(s)", $"{rank}");
        }

        Span<int> dimensions = stackalloc int[rank];
        int size = ReadDimensions(content, dimensions);
        if (expectedCount is (int count, string path) && dimensions[0] != count)
            throw content.Invalid(4, $"{count} samples, as many as there are labels in {path}", $"{dimensions[0]}");
        return new IdxData(dimensions[0], Shape.Create(dimensions[1..]), content.ReadBody(size));
    }

    private static int ReadDimensions(IdxContent content, Span<int> dimensions)
    {
        long size = 1;
        for (int axis = 0; axis < dimensions.Length; axis++)
        {
            long offset = 4 + 4 * axis;
            uint extent = ReadExtent(content, axis);
            if (extent is 0 or > int.MaxValue)
                throw content.Invalid(offset, $"an extent of 1 to {int.MaxValue} for dimension {axis}", $"{extent}");
            // Cannot overflow: size is at most an array's limit, extent is below 2^31.
            size *= extent;
            if (size > Array.MaxLength)
                throw content.Invalid(offset, $"at most {Array.MaxLength} values in all", $"{size} or more");
            dimensions[axis] = (int)extent;
        }
        return (int)size;
    }

    private static uint ReadExtent(IdxContent content, int axis)
    {
        Span<byte> bytes = stackalloc byte[4];
        content.ReadHeader(bytes, $"the extent of dimension {axis}");
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static IdxData Read(string path, int minRank, int maxRank, (int Count, string Path)? expectedCount)
    {
        using FileStream stream = Open(path);
        return Read(stream, path, minRank, maxRank, expectedCount);
    }

    private static FileStream Open(string path) => RegularFile.OpenRead(
        path, "an IDX file", new FileStreamOptions { Share = FileShare.Read, BufferSize = 4096, Options = FileOptions.SequentialScan });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static byte[] ReadLabelBytes(string path, int classes)
    {
        if (classes is < 1 or > 256)
            throw new ArgumentOutOfRangeException(
                nameof(classes), classes, $"Expected 1 to 256 classes, which a byte can tell apart; got {classes}.");
        byte[] labels = Read(path, 1, 1, expectedCount: null).Values;
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] >= classes)
                ThrowLabel(path, row, labels[row], classes);
        }
        return labels;
    }

    [DoesNotReturn]
    private static void ThrowLabel(string path, int row, int label, int classes) =>
        throw new InvalidDataException($"{path}, offset {8 + row}: expected a label of 0 to {classes - 1} for row {row}, found {label}.");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int[] Widen(byte[] labels)
    {
        int[] wide = new int[labels.Length];
        for (int row = 0; row < wide.Length; row++)
            wide[row] = labels[row];
        return wide;
    }
}
