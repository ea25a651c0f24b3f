using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Data;

/// <summary>
/// Inputs that stay bytes in memory (images: a quarter of the floats' size) and become <c>value * Scale</c> while they are
/// gathered. The bytes are used in place, not copied.
/// </summary>
public sealed class ByteFeatures : FeatureSource
{
    /// <summary>Maps 0..255 to 0..1.</summary>
    public const float DefaultScale = 1f / 255f;

    private const int RowsAhead = 3;

    private readonly ReadOnlyMemory<byte> _values;

    /// <summary>Wraps bytes that lie in memory.</summary>
    /// <param name="values">All samples, <c>count * shape.Size</c> bytes; an array converts by itself.</param>
    /// <param name="shape">The shape of one sample.</param>
    /// <param name="scale">What each byte is multiplied by; finite and not zero.</param>
    /// <exception cref="ArgumentException">The bytes are not a whole number of samples.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is zero or not finite.</exception>
    public ByteFeatures(ReadOnlyMemory<byte> values, Shape shape, float scale = DefaultScale)
        : base(CountOf(values.Length, shape), shape)
    {
        if (!float.IsFinite(scale) || scale == 0f)
            throw new ArgumentOutOfRangeException(nameof(scale), scale, $"The scale must be finite and not zero, got {scale}.");
        _values = values;
        Scale = scale;
    }

    /// <summary>What each byte is multiplied by.</summary>
    public float Scale { get; }

    /// <summary>The same bytes, not copied, under another scale.</summary>
    /// <param name="scale">What each byte is multiplied by; finite and not zero.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is zero or not finite.</exception>
    public ByteFeatures WithScale(float scale) => new(_values, Shape, scale);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Gather(ReadOnlySpan<int> rows, Span<float> destination)
    {
        CheckGather(rows, destination);
        ReadOnlySpan<byte> values = _values.Span;
        int size = Shape.Size;
        for (int r = 0; r < rows.Length; r++)
        {
            // Rows are drawn at random from more memory than any cache holds: fetch some ahead.
            if (r + RowsAhead < rows.Length)
                Fetch(values.Slice(rows[r + RowsAhead] * size, size));
            ScaleRow(values.Slice(rows[r] * size, size), destination.Slice(r * size, size), Scale);
        }
    }

    // Memory of the user's own can be taken back.
    internal override bool IsInMemory => MemoryMarshal.TryGetArray(_values, out _);

    internal override SampleMemory Memory => new(default, _values, Scale);

    /// <inheritdoc/>
    public override string ToString() => $"{base.ToString()} bytes, scale {Scale}";

    private static unsafe void Fetch(ReadOnlySpan<byte> source)
    {
        fixed (byte* from = source)
            ByteKernel.Prefetch(from, source.Length);
    }

    private static unsafe void ScaleRow(ReadOnlySpan<byte> source, Span<float> destination, float scale)
    {
        fixed (byte* from = source)
        fixed (float* to = destination)
            ByteKernel.Scale(from, to, source.Length, scale);
    }

    private static int CountOf(int length, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return RowChecks.CountRows(length, shape.Size, $"samples {shape}", "values");
    }
}
