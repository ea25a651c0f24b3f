using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace NeuralCore.Serialization;

/// <summary>The header of an npy file: magic, version, length, and a Python dictionary of type, order and shape.</summary>
/// <param name="Type">The type of the values.</param>
/// <param name="IsBigEndian">Whether their bytes are swapped.</param>
/// <param name="IsFortran">Whether the first axis changes fastest.</param>
/// <param name="Shape">The extents.</param>
/// <remarks>Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays", and numpy.lib.format.</remarks>
internal sealed record NpyHeader(NpyType Type, bool IsBigEndian, bool IsFortran, int[] Shape)
{
    /// <summary>The most axes that NumPy allows.</summary>
    internal const int MostDimensions = 32;

    /// <summary>The limit of the dictionary's length in bytes; NumPy writes less than 1,000 for a plain type.</summary>
    internal const int LongestText = 1 << 16;

    private const int Alignment = 64;

    private static readonly (string Code, NpyType Type, int Size)[] _types =
    [
        ("f4", NpyType.Float32, 4),
        ("f8", NpyType.Float64, 8),
        ("i4", NpyType.Int32, 4),
        ("i8", NpyType.Int64, 8),
        ("u1", NpyType.UInt8, 1),
        ("b1", NpyType.Bool, 1),
    ];

    internal static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The size in bytes of a value.</summary>
    internal int ItemSize => SizeOf(Type);

    /// <summary>The size in bytes of a value of a type.</summary>
    internal static int SizeOf(NpyType type) => Array.Find(_types, known => known.Type == type).Size;

    /// <summary>The number of values in a shape; null beyond an array's limit.</summary>
    internal static long? Size(ReadOnlySpan<int> shape)
    {
        long size = 1;
        foreach (int extent in shape)
        {
            if (extent < 0)
                return null;
            // An extent of 0 makes the array empty, whatever the others are.
            size = extent == 0 || size == 0 ? 0 : size <= Array.MaxLength ? size * extent : size;
        }
        return size <= Array.MaxLength ? size : null;
    }

    /// <summary>Reads the dictionary.</summary>
    /// <exception cref="FormatException">It is not one; the message says what was expected and found.</exception>
    internal static NpyHeader Parse(ReadOnlySpan<byte> text)
    {
        Parser parser = new(Encoding.Latin1.GetString(text));
        string? type = null;
        bool? isFortran = null;
        int[]? shape = null;
        parser.Expect('{');
        while (!parser.TryTake('}'))
        {
            string key = parser.String();
            parser.Expect(':');
            switch (key)
            {
                case "descr" when type is null:
                    type = parser.String();
                    break;
                case "fortran_order" when isFortran is null:
                    isFortran = parser.Boolean();
                    break;
                case "shape" when shape is null:
                    shape = parser.Tuple();
                    break;
                default:
                    throw new FormatException($"expected descr, fortran_order and shape, each once, found '{key}'");
            }
            if (!parser.TryTake(','))
            {
                parser.Expect('}');
                break;
            }
        }
        parser.ExpectEnd();
        if (type is null || isFortran is null || shape is null)
            throw new FormatException("expected descr, fortran_order and shape, found not all of them");
        return Create(type, isFortran.Value, shape);
    }

    /// <summary>A whole header, version 1.0, for an array in row-major order.</summary>
    internal static byte[] Write(NpyArray array)
    {
        (string code, _, int size) = Array.Find(_types, known => known.Type == array.Type);
        string shape = array.Shape.Count == 1 ? $"({array.Shape[0]},)" : $"({string.Join(", ", array.Shape)})";
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{{'descr': '{(size == 1 ? '|' : '<')}{code}', 'fortran_order': False, 'shape': {shape}, }}");
        int length = (10 + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        byte[] header = new byte[length];
        header.AsSpan().Fill((byte)' ');
        Magic.CopyTo(header);
        (header[6], header[7]) = (1, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(length - 10));
        Encoding.ASCII.GetBytes(text, header.AsSpan(10));
        header[^1] = (byte)'\n';
        return header;
    }

    private static NpyHeader Create(string type, bool isFortran, int[] shape)
    {
        (string code, NpyType known, int size) = type.Length == 3 ? Array.Find(_types, known => known.Code == type[1..]) : default;
        bool isOrdered = size == 1 ? type[0] is '|' or '<' or '>' or '=' : type.Length > 0 && type[0] is '<' or '>';
        if (code is null || !isOrdered)
            throw new FormatException($"expected the type <f4, <f8, <i4, <i8, |u1 or |b1, or one in big-endian order, found '{type}'");
        if (Size(shape) is null)
            throw new FormatException($"expected at most {Array.MaxLength} values, found the shape ({string.Join(", ", shape)})");
        return new NpyHeader(known, type[0] == '>' && size > 1, isFortran, shape);
    }

    /// <summary>Reads the few literals of Python that occur.</summary>
    private sealed class Parser(string text)
    {
        private int _at;

        internal bool TryTake(char wanted)
        {
            SkipBlanks();
            if (_at == text.Length || text[_at] != wanted)
                return false;
            _at++;
            return true;
        }

        internal void Expect(char wanted)
        {
            if (!TryTake(wanted))
                throw Wrong($"{wanted}");
        }

        internal void ExpectEnd()
        {
            SkipBlanks();
            if (_at != text.Length)
                throw Wrong("the end of the header");
        }

        internal string String()
        {
            SkipBlanks();
            char quote = _at < text.Length ? text[_at] : '\0';
            int end = quote is '\'' or '"' ? text.IndexOf(quote, _at + 1) : -1;
            if (end < 0)
                throw Wrong("a quoted text");
            string value = text[(_at + 1)..end];
            _at = end + 1;
            return value;
        }

        internal bool Boolean()
        {
            SkipBlanks();
            foreach (string word in new[] { "True", "False" })
            {
                if (string.CompareOrdinal(text, _at, word, 0, word.Length) == 0)
                {
                    _at += word.Length;
                    return word == "True";
                }
            }
            throw Wrong("True or False");
        }

        internal int[] Tuple()
        {
            Expect('(');
            List<int> extents = [];
            while (!TryTake(')'))
            {
                if (extents.Count == MostDimensions)
                    throw new FormatException($"expected at most {MostDimensions} axes, found more");
                extents.Add(Extent());
                if (!TryTake(','))
                {
                    // (3) is a number in Python, not a tuple.
                    if (extents.Count == 1)
                        throw Wrong(",");
                    Expect(')');
                    break;
                }
            }
            return extents.ToArray();
        }

        private int Extent()
        {
            SkipBlanks();
            int start = _at;
            while (_at < text.Length && char.IsAsciiDigit(text[_at]))
                _at++;
            string digits = text[start.._at];
            return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int extent)
                ? extent
                : throw (digits.Length > 0 ? new FormatException($"expected an extent of at most {int.MaxValue}, found {Short(digits)}")
                    : Wrong("an extent"));
        }

        private void SkipBlanks()
        {
            while (_at < text.Length && text[_at] is ' ' or '\n' or '\t')
                _at++;
        }

        private FormatException Wrong(string expected) => new(
            $"expected {expected}, found {(_at == text.Length ? "the end of the header" : $"\"{Short(text[_at..])}\"")}");

        private static string Short(string found) =>
            string.Concat((found.Length > 20 ? found[..20] + "..." : found).Select(c => char.IsControl(c) ? '?' : c));
    }
}
