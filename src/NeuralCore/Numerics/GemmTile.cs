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

/// <summary>What happens to each output as it is stored for the last time.</summary>
internal enum GemmEpilogue
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>c = max(c, 0); ReLU(-0) = +0, ReLU(NaN) = NaN.</summary>
    ReLU,

    /// <summary>c = mask[i, j] > 0 ? c : 0, the derivative of a ReLU whose output is the mask.</summary>
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

    /// <summary>The K positions of k that count, ascending; null for all from 0 to K.</summary>
    public int* List;

    public float* C;
    public nint CStride;

    public float* Bias;
    public float* Mask;
    public nint MaskStride;

    public GemmStart Start;
    public GemmEpilogue Epilogue;

    /// <summary>How many lanes of the last vector are inside the matrix.</summary>
    public int EdgeLanes;

    public void SkipRows(int rows)
    {
        A += rows * RowStep;
        C += rows * CStride;
        Mask += rows * MaskStride;
    }
}

// Counts as types: each kernel is compiled once for each tile shape in use, with the counts as constants.

internal interface ICount
{
    static abstract int Value { get; }
}

internal struct N1 : ICount { public static int Value => 1; }

internal struct N2 : ICount { public static int Value => 2; }

internal struct N3 : ICount { public static int Value => 3; }

internal struct N4 : ICount { public static int Value => 4; }

internal struct N5 : ICount { public static int Value => 5; }

internal struct N6 : ICount { public static int Value => 6; }

internal struct N7 : ICount { public static int Value => 7; }

internal struct N8 : ICount { public static int Value => 8; }

/// <summary>Whether the last vector of a tile reaches past the matrix.</summary>
internal interface IEdge
{
    static abstract bool IsMasked { get; }
}

internal struct Whole : IEdge { public static bool IsMasked => false; }

internal struct Masked : IEdge { public static bool IsMasked => true; }

/// <summary>In which order a kernel goes through k, and whether it fetches A into the first cache level some steps ahead.</summary>
/// <remarks>
/// With a transposed A each step reads a new cache line, by one load for each row, and all of them wait for the same miss: fetching
/// it by one hint before is worth 5 to 7 %. A plain A stays on its lines for 16 steps and would only pay for the hint.
/// </remarks>
internal interface IOrder
{
    static abstract bool IsAhead { get; }

    static abstract bool IsListed { get; }
}

/// <summary>All of k, one after the other.</summary>
internal struct InOrder : IOrder
{
    public static bool IsAhead => false;

    public static bool IsListed => false;
}

/// <summary>All of k, fetching ahead.</summary>
internal struct Ahead : IOrder
{
    public static bool IsAhead => true;

    public static bool IsListed => false;
}

/// <summary>Only the k that <see cref="GemmTile.List"/> names.</summary>
internal struct Listed : IOrder
{
    public static bool IsAhead => false;

    public static bool IsListed => true;
}
