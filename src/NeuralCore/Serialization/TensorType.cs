using System.Runtime.InteropServices;

namespace NeuralCore.Serialization;

/// <summary>The element types of safetensors files.</summary>
internal enum TensorType
{
    Bool,
    U8,
    I8,
    F8E5M2,
    F8E4M3,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    F64,
    I64,
    U64,
}

internal static class TensorTypes
{
    /// <summary>Parses a type's name in a file: <c>F32</c>.</summary>
    internal static bool TryParse(string? name, out TensorType type)
    {
        (bool known, type) = name switch
        {
            "BOOL" => (true, TensorType.Bool),
            "U8" => (true, TensorType.U8),
            "I8" => (true, TensorType.I8),
            "F8_E5M2" => (true, TensorType.F8E5M2),
            "F8_E4M3" => (true, TensorType.F8E4M3),
            "I16" => (true, TensorType.I16),
            "U16" => (true, TensorType.U16),
            "F16" => (true, TensorType.F16),
            "BF16" => (true, TensorType.BF16),
            "I32" => (true, TensorType.I32),
            "U32" => (true, TensorType.U32),
            "F32" => (true, TensorType.F32),
            "F64" => (true, TensorType.F64),
            "I64" => (true, TensorType.I64),
            "U64" => (true, TensorType.U64),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The size of an element in bytes.</summary>
    internal static int Size(this TensorType type) => type switch
    {
        <= TensorType.F8E4M3 => 1,
        <= TensorType.BF16 => 2,
        <= TensorType.F32 => 4,
        _ => 8,
    };

    /// <summary>Whether weights of this type can be read.</summary>
    internal static bool IsFloatingPoint(this TensorType type) =>
        type is TensorType.F16 or TensorType.BF16 or TensorType.F32 or TensorType.F64;

    /// <summary>The nearest float of each value: exact for F16 and BF16, rounded to nearest even for F64.</summary>
    internal static void ToFloats(TensorType type, ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        switch (type)
        {
            case TensorType.F16:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (int i = 0; i < floats.Length; i++)
                    floats[i] = (float)halves[i];
                break;
            case TensorType.BF16:
                // The upper half of a float.
                ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < floats.Length; i++)
                    floats[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                break;
            case TensorType.F64:
                ReadOnlySpan<double> doubles = MemoryMarshal.Cast<byte, double>(bytes);
                for (int i = 0; i < floats.Length; i++)
                    floats[i] = (float)doubles[i];
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Only floating-point types can be converted to floats.");
        }
    }
}
