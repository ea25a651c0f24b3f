namespace NeuralCore.Numerics;

/// <summary>
/// Rows of a batch's input where they lie: bytes or floats, in order or picked by index. Products that read them turn them into floats group by group, in
/// the first cache level, so that the batch never stands in memory as floats.
/// </summary>
internal readonly ref struct SampleRows
{
    private SampleRows(ReadOnlySpan<byte> bytes, float scale, ReadOnlySpan<float> floats, ReadOnlySpan<int> indices, int size)
    {
        Bytes = bytes;
        Scale = scale;
        Floats = floats;
        Indices = indices;
        Size = size;
    }

    /// <summary>All samples, if they are bytes; each stands for the float <c>value * Scale</c>.</summary>
    internal ReadOnlySpan<byte> Bytes { get; }

    internal float Scale { get; }

    /// <summary>All samples, if they are floats.</summary>
    internal ReadOnlySpan<float> Floats { get; }

    /// <summary>Which sample each row is; empty for sample r in row r. Checked by whoever made this.</summary>
    internal ReadOnlySpan<int> Indices { get; }

    /// <summary>The values in a sample; 0 in the default, which stands for no rows at all.</summary>
    internal int Size { get; }

    /// <summary>How many rows there are; a product may be of the first of them only.</summary>
    internal int Count => !Indices.IsEmpty || Size == 0 ? Indices.Length : (AreBytes ? Bytes.Length : Floats.Length) / Size;

    internal bool IsGiven => Size > 0;

    internal bool AreBytes => !Bytes.IsEmpty;

    internal static SampleRows Of(ReadOnlySpan<byte> bytes, float scale, ReadOnlySpan<int> indices, int size) => new(bytes, scale, default, indices, size);

    internal static SampleRows Of(ReadOnlySpan<float> floats, ReadOnlySpan<int> indices, int size) => new(default, 1, floats, indices, size);
}
