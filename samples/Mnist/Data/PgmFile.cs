using System.Globalization;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Data;

/// <summary>Reads grey images in the PGM format: <c>P5</c> (binary) and <c>P2</c> (text).</summary>
/// <remarks>Source: https://netpbm.sourceforge.net/doc/pgm.html.</remarks>
internal static class PgmFile
{
    private const int LongestFile = 1 << 16;
    private const int LongestNumber = 5;

    /// <summary>The pixels of a square image, 0 to 255.</summary>
    /// <param name="path">The file.</param>
    /// <param name="side">The required width and height.</param>
    /// <exception cref="InvalidDataException">The file is not such an image.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static byte[] Read(string path, int side)
    {
        OrdinaryFile.CheckBeforeReading(path);
        byte[] buffer = new byte[LongestFile + 1];
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read);
        int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (length > LongestFile)
        {
            throw new InvalidDataException(
                $"{path}: expected a PGM image of {side} x {side}, found a file of more than {LongestFile} bytes.");
        }
        return Parse(buffer.AsSpan(0, length), path, side);
    }

    private static byte[] Parse(ReadOnlySpan<byte> file, string path, int side)
    {
        bool isBinary = file.StartsWith("P5"u8);
        if (!isBinary && !file.StartsWith("P2"u8))
            throw new InvalidDataException($"{path}, offset 0: expected a PGM image (P5 or P2), found another file.");
        int position = 2;
        int width = Number(file, ref position, path, "a width");
        int height = Number(file, ref position, path, "a height");
        if (width != side || height != side)
            throw new InvalidDataException($"{path}: expected an image of {side} x {side}, found {width} x {height}.");
        int largest = Number(file, ref position, path, "the value of white");
        if (largest is < 1 or > 255)
            throw new InvalidDataException($"{path}: expected white to be 1 to 255, found {largest}.");

        byte[] pixels = new byte[side * side];
        // A single whitespace character ends the header of P5.
        int start = position + 1;
        if (isBinary && file.Length - start != pixels.Length)
        {
            throw new InvalidDataException(
                $"{path}, offset {start}: expected {pixels.Length} pixels, found {Math.Max(0, file.Length - start)} bytes.");
        }
        for (int i = 0; i < pixels.Length; i++)
        {
            int value = isBinary ? file[start + i] : Number(file, ref position, path, $"pixel {i}");
            if (value > largest)
                throw new InvalidDataException($"{path}: expected pixels of at most {largest}, found {value}.");
            pixels[i] = (byte)((value * 255 + largest / 2) / largest);
        }
        return pixels;
    }

    private static int Number(ReadOnlySpan<byte> file, ref int position, string path, string what)
    {
        bool inComment = false;
        while (position < file.Length
            && (inComment || file[position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'#'))
        {
            inComment = file[position] != (byte)'\n' && (inComment || file[position] == (byte)'#');
            position++;
        }
        int start = position;
        while (position < file.Length && char.IsAsciiDigit((char)file[position]))
            position++;
        return position - start is > 0 and <= LongestNumber
            ? int.Parse(file[start..position], CultureInfo.InvariantCulture)
            : throw new InvalidDataException($"{path}, offset {start}: expected {what}, found no number.");
    }
}
