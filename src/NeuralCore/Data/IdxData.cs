using System.Diagnostics;

namespace NeuralCore.Data;

/// <summary>The content of an IDX file of unsigned bytes: samples along the first axis, row-major.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class IdxData
{
    internal IdxData(int count, Shape sampleShape, byte[] values)
    {
        Count = count;
        SampleShape = sampleShape;
        Values = values;
    }

    /// <summary>The extent of the first axis: the number of samples.</summary>
    public int Count { get; }

    /// <summary>The other axes: <c>[28, 28]</c> for images, <c>[]</c> for labels.</summary>
    public Shape SampleShape { get; }

    /// <summary>All <c>Count * SampleShape.Size</c> bytes.</summary>
    public byte[] Values { get; }

    /// <summary>The number of samples and their shape.</summary>
    public override string ToString() => $"{Count} x {SampleShape} bytes";
}
