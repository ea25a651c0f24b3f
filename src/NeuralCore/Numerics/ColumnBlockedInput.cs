using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// A batch's input in blocks of 16 columns, row after row inside each: what the first layer's weight gradient reads. Written while the rows
/// are in a core's cache on their way forward, as the bytes or floats that they came as.
/// </summary>
/// <remarks>
/// Row-major, each step of that product would read another page of memory, and each line of it four times from far away. As bytes it takes
/// a quarter of the traffic of floats.
/// </remarks>
internal sealed unsafe class ColumnBlockedInput
{
    /// <summary>The columns of a block.</summary>
    internal const int Width = LaneMath.Width;

    private readonly int _rows;
    private readonly int _blocks;
    private AlignedBuffer _memory = new(0);
    private nint _blockBytes;

    internal ColumnBlockedInput(int rows, int columns)
    {
        _rows = rows;
        _blocks = (columns + Width - 1) / Width;
    }

    /// <summary>Whether the values are bytes, each standing for the float <c>value * Scale</c>.</summary>
    internal bool AreBytes { get; private set; }

    internal float Scale { get; private set; }

    /// <summary>Prepares for a batch whose values are bytes or floats; while nobody writes.</summary>
    internal void Begin(in SparseInput input)
    {
        AreBytes = input.AreBytes;
        Scale = input.Scale;
        // The line between blocks avoids set conflicts.
        _blockBytes = (nint)_rows * Width * (AreBytes ? 1 : sizeof(float)) + AlignedBuffer.Alignment;
        long floats = _blockBytes * _blocks / sizeof(float);
        if (_memory.Length < floats)
            _memory = new AlignedBuffer(checked((int)floats));
    }

    /// <summary>The 16 columns of a block in a row, bytes or floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* Row(int block, int row) => (byte*)_memory.Pointer + block * _blockBytes
        + (nint)row * (Width * (AreBytes ? 1 : sizeof(float)));

    /// <summary>The distance between a row's blocks.</summary>
    internal nint BlockBytes => _blockBytes;
}
