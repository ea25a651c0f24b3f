using System.Diagnostics;
using System.Globalization;
using NeuralCore.Data;

namespace NeuralCore.Serialization;

/// <summary>The type of the values of a <see cref="NpyArray"/>, by NumPy's name.</summary>
public enum NpyType
{
    /// <summary>32-bit floating point, <c>f4</c>.</summary>
    Float32,

    /// <summary>64-bit floating point, <c>f8</c>.</summary>
    Float64,

    /// <summary>32-bit integer, <c>i4</c>.</summary>
    Int32,

    /// <summary>64-bit integer, <c>i8</c>.</summary>
    Int64,

    /// <summary>Byte, <c>u1</c>.</summary>
    UInt8,

    /// <summary>Truth value, <c>bool</c>.</summary>
    Bool,
}

/// <summary>An array of numbers with a shape, as NumPy's files hold it; row-major in memory.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class NpyArray
{
    private readonly int[] _shape;

    internal NpyArray(Array values, NpyType type, int[] shape)
    {
        Values = values;
        Type = type;
        _shape = shape;
    }

    /// <summary>The extent along each axis; empty for a single number. Unlike a sample's, an extent may be 0.</summary>
    public IReadOnlyList<int> Shape => _shape;

    /// <summary>The type of the values.</summary>
    public NpyType Type { get; }

    /// <summary>The number of values.</summary>
    public int Count => Values.Length;

    internal Array Values { get; }

    /// <summary>Wraps floats, which are not copied.</summary>
    /// <param name="values">The values, row-major.</param>
    /// <param name="shape">The extent along each axis; left out for a vector.</param>
    /// <exception cref="ArgumentException">The shape does not hold exactly these values.</exception>
    public static NpyArray Of(float[] values, params int[] shape) => Make(values, NpyType.Float32, shape);

    /// <summary>Wraps doubles, which are not copied.</summary>
    /// <inheritdoc cref="Of(float[], int[])"/>
    public static NpyArray Of(double[] values, params int[] shape) => Make(values, NpyType.Float64, shape);

    /// <summary>Wraps integers, which are not copied.</summary>
    /// <inheritdoc cref="Of(float[], int[])"/>
    public static NpyArray Of(int[] values, params int[] shape) => Make(values, NpyType.Int32, shape);

    /// <summary>Wraps long integers, which are not copied.</summary>
    /// <inheritdoc cref="Of(float[], int[])"/>
    public static NpyArray Of(long[] values, params int[] shape) => Make(values, NpyType.Int64, shape);

    /// <summary>Wraps bytes, which are not copied.</summary>
    /// <inheritdoc cref="Of(float[], int[])"/>
    public static NpyArray Of(byte[] values, params int[] shape) => Make(values, NpyType.UInt8, shape);

    /// <summary>Wraps truth values, which are not copied.</summary>
    /// <inheritdoc cref="Of(float[], int[])"/>
    public static NpyArray Of(bool[] values, params int[] shape) => Make(values, NpyType.Bool, shape);

    /// <summary>The values as floats: the array itself for <see cref="NpyType.Float32"/>, else rounded into a new one.</summary>
    /// <exception cref="ArgumentException">A finite double exceeds a float's range.</exception>
    public float[] ToFloats() => Values switch
    {
        float[] floats => floats,
        double[] doubles => ArrayRows.ToFloats(doubles, Math.Max(doubles.Length / Math.Max(_shape.FirstOrDefault(1), 1), 1)),
        int[] ints => Array.ConvertAll(ints, value => (float)value),
        long[] longs => Array.ConvertAll(longs, value => (float)value),
        byte[] bytes => Array.ConvertAll(bytes, value => (float)value),
        _ => Array.ConvertAll((bool[])Values, value => value ? 1f : 0f),
    };

    /// <summary>The values as doubles: the array itself for <see cref="NpyType.Float64"/>, else a new one.</summary>
    public double[] ToDoubles() => Values switch
    {
        double[] doubles => doubles,
        long[] longs => Array.ConvertAll(longs, value => (double)value),
        int[] ints => Array.ConvertAll(ints, value => (double)value),
        _ => Array.ConvertAll(ToFloats(), value => (double)value),
    };

    /// <summary>The values as integers, such as labels: the array itself for <see cref="NpyType.Int32"/>, else a new one.</summary>
    /// <exception cref="ArgumentException">A value is not a whole number in the range of an
    /// <see cref="int"/>; the message says which.</exception>
    public int[] ToInt32s() => Values switch
    {
        int[] ints => ints,
        long[] longs => longs.Select((value, i) =>
            value is >= int.MinValue and <= int.MaxValue ? (int)value : throw NotInt32(value, i)).ToArray(),
        byte[] bytes => Array.ConvertAll(bytes, value => (int)value),
        bool[] flags => Array.ConvertAll(flags, value => value ? 1 : 0),
        _ => ToDoubles().Select((value, i) =>
            value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue ? (int)value : throw NotInt32(value, i)).ToArray(),
    };

    /// <summary>
    /// The rows as inputs of a data set: one sample for each index of the first axis. Bytes stay bytes; other types become floats.
    /// </summary>
    /// <param name="byteScale">What bytes are multiplied by; by default 1/255.</param>
    /// <exception cref="ArgumentException">The array is a single number, or an extent other than the first is 0.</exception>
    public FeatureSource ToFeatures(float byteScale = ByteFeatures.DefaultScale)
    {
        if (_shape.Length == 0)
            throw new ArgumentException("The array is a single number; inputs need an axis of samples.");
        Shape sample = NeuralCore.Shape.Create(_shape.AsSpan(1));
        return Values is byte[] bytes ? new ByteFeatures(bytes, sample, byteScale) : new ArrayFeatures(ToFloats(), sample);
    }

    /// <summary>Type and shape: <c>Float32 [60000, 28, 28]</c>.</summary>
    public override string ToString() => $"{Type} [{string.Join(", ", _shape)}]";

    private static NpyArray Make(Array values, NpyType type, int[] shape)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(shape);
        int[] extents = shape.Length == 0 ? [values.Length] : (int[])shape.Clone();
        if (extents.Length > NpyHeader.MostDimensions)
            throw new ArgumentException($"An array has at most {NpyHeader.MostDimensions} axes, got {extents.Length}.", nameof(shape));
        long size = NpyHeader.Size(extents) ?? -1;
        return size == values.Length
            ? new NpyArray(values, type, extents)
            : throw new ArgumentException(
                $"The shape [{string.Join(", ", extents)}] does not hold {values.Length} values.", nameof(shape));
    }

    private static ArgumentException NotInt32(object value, int index) => new(string.Create(
        CultureInfo.InvariantCulture, $"Value {index} is {value}: expected a whole number from {int.MinValue} to {int.MaxValue}."));
}
