using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// A zeroed block of floats in ordinary managed memory that never moves and starts at a multiple of 64 bytes.
/// Nothing to dispose: the pointer is good for as long as this object is reachable.
/// </summary>
internal sealed unsafe class AlignedBuffer
{
    internal const int Alignment = 64;

    private const int Slack = Alignment / sizeof(float);

    private readonly float[] _array;
    private readonly int _offset;

    internal AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        // A second slack at the end keeps the last cache line to ourselves.
        _array = GC.AllocateArray<float>(checked(length + 2 * Slack), pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref _array[0]);
        _offset = (int)((Alignment - address % Alignment) % Alignment) / sizeof(float);
        Length = length;
    }

    internal int Length { get; }

    internal float* Pointer => (float*)Unsafe.AsPointer(ref _array[_offset]);

    internal Span<float> Span => _array.AsSpan(_offset, Length);

    internal Memory<float> Memory => _array.AsMemory(_offset, Length);
}
