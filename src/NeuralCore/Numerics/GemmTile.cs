using System.Runtime.InteropServices;

namespace NeuralCore.Numerics;

/// <summary>Where each output's chain of fused multiply-adds starts.</summary>
internal enum GemmStart
{
    /// <summary>At +0.</summary>
    Zero,

    /// <summary>At the bias of its column.</summary>
    Bias,

    /// <summary>At the value that the output already holds.</summary>
    Accumulate,
}

/// <summary>What happens to each output after its chain.</summary>
internal enum GemmEpilogue
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>c = <see cref="ReluMath.Forward"/>(c).</summary>
    ReLU,

    /// <summary>c = mask[i, j] > 0 ? c + 0 : 0, the derivative of a ReLU whose output is the mask. Never -0.</summary>
    ReLUMask,
}

/// <summary>What a kernel works on: a strip of rows, one panel of columns, one block of k. All steps are in floats.</summary>
internal unsafe struct GemmTile
{
    /// <summary>A's element (i, p) is at A + i * RowStep + p * KStep, so a transposed A is only other steps.</summary>
    public float* A;
    public nint RowStep;
    public nint KStep;

    /// <summary>B's row p is at B + p * BStep, packed or as it stands.</summary>
    public float* B;
    public nint BStep;

    public nint K;

    /// <summary>The K indices into k that count, ascending; null for all from 0 to K.</summary>
    public int* Indices;

    public float* C;
    public nint CStride;

    public float* Bias;

    public GemmStart Start;

    /// <summary>How many lanes of the last vector are inside the matrix.</summary>
    public int EdgeLanes;

    public void SkipRows(int rows)
    {
        A += rows * RowStep;
        C += rows * CStride;
    }
}

// Counts and choices as types, told by their size: each kernel is compiled once for each tile shape in use, with them as constants. A size
// is a constant as soon as the compiler reads the kernel, so it skips what other shapes need; a static property of the type is one only
// after inlining.

/// <summary>A count, which is the size of the type.</summary>
internal interface ICount;

[StructLayout(LayoutKind.Sequential, Size = 1)]
internal struct N1 : ICount;

[StructLayout(LayoutKind.Sequential, Size = 2)]
internal struct N2 : ICount;

[StructLayout(LayoutKind.Sequential, Size = 3)]
internal struct N3 : ICount;

[StructLayout(LayoutKind.Sequential, Size = 4)]
internal struct N4 : ICount;

[StructLayout(LayoutKind.Sequential, Size = 5)]
internal struct N5 : ICount;

[StructLayout(LayoutKind.Sequential, Size = 6)]
internal struct N6 : ICount;

[StructLayout(LayoutKind.Sequential, Size = 7)]
internal struct N7 : ICount;

[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct N8 : ICount;

/// <summary>Whether the last vector of a tile reaches past the matrix.</summary>
internal interface IEdge;

[StructLayout(LayoutKind.Sequential, Size = 1)]
internal struct Whole : IEdge;

[StructLayout(LayoutKind.Sequential, Size = 2)]
internal struct Masked : IEdge;

/// <summary>In which order a kernel goes through k, and what it prefetches into L1 some steps before.</summary>
/// <remarks>
/// With a transposed A each step reads a new cache line, by one load for each row, and all of them wait for the same miss: prefetching it
/// saves 5 to 7 %. A plain A stays on its lines for 16 steps and only pays for the hint, except in tiles of 512-bit vectors, which do not
/// feel it: there one kernel serves both. With indices the processor cannot foresee which rows of B come next; where the vectors are 512
/// bits wide it waits for them.
/// </remarks>
internal interface IOrder;

/// <summary>All of k in order.</summary>
[StructLayout(LayoutKind.Sequential, Size = 1)]
internal struct InOrder : IOrder;

/// <summary>All of k in order, prefetching A.</summary>
[StructLayout(LayoutKind.Sequential, Size = 2)]
internal struct Prefetch : IOrder;

/// <summary>Only the k that <see cref="GemmTile.Indices"/> names. The following orders do so too.</summary>
[StructLayout(LayoutKind.Sequential, Size = 3)]
internal struct Indexed : IOrder;

/// <summary>Only those, prefetching B.</summary>
[StructLayout(LayoutKind.Sequential, Size = 4)]
internal struct IndexedPrefetch : IOrder;
