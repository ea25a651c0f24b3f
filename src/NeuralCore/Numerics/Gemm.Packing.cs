using System.Runtime.Intrinsics;

namespace NeuralCore.Numerics;

// A packed B is its panels one after the other. A panel is as wide as the widest tile (the last one: as many whole vectors as its
// columns need) and holds its rows one after the other, lanes past the last column zero.
internal static unsafe partial class Gemm
{
    /// <summary>The number of panels of a matrix with n columns.</summary>
    internal static int PanelCount(int n) => PanelCount(InstructionSet.Current, n);

    /// <inheritdoc cref="PanelCount(int)"/>
    internal static int PanelCount(VectorPath path, int n) => (n + PanelColumns(path, n) - 1) / PanelColumns(path, n);

    /// <summary>The number of floats that a packed B[k x n] takes.</summary>
    internal static int PackedLength(int k, int n) => PackedLength(InstructionSet.Current, k, n);

    /// <inheritdoc cref="PackedLength(int, int)"/>
    internal static int PackedLength(VectorPath path, int k, int n) => checked(k * RoundUp(n, Lanes(path)));

    /// <summary>Packs one panel of B[k x n] (stored [n x k] when transposed) into its place. Panels may be packed in any order, by any thread.</summary>
    internal static void PackPanel(int panel, int k, int n, float* b, nint bStride, bool bTransposed, float* packed) =>
        PackPanel(InstructionSet.Current, panel, k, n, b, bStride, bTransposed, packed);

    /// <inheritdoc cref="PackPanel(int, int, int, float*, nint, bool, float*)"/>
    internal static void PackPanel(VectorPath path, int panel, int k, int n, float* b, nint bStride, bool bTransposed, float* packed)
    {
        int first = panel * PanelColumns(path, n);
        int columns = Math.Min(PanelColumns(path, n), n - first);
        int width = RoundUp(columns, Lanes(path));
        packed += (nint)first * k;
        if (bTransposed)
            PackTransposed(k, columns, width, b + first * bStride, bStride, packed);
        else
            PackPlain(k, columns, width, b + first, bStride, packed);
    }

    private static void PackPlain(int k, int columns, int width, float* b, nint bStride, float* packed)
    {
        for (int p = 0; p < k; p++, b += bStride, packed += width)
        {
            new ReadOnlySpan<float>(b, columns).CopyTo(new Span<float>(packed, columns));
            new Span<float>(packed + columns, width - columns).Clear();
        }
    }

    private static void PackTransposed(int k, int columns, int width, float* b, nint bStride, float* packed)
    {
        int j = 0;
        for (; j + 4 <= columns; j += 4)
        {
            float* b0 = b + j * bStride, b1 = b0 + bStride, b2 = b1 + bStride, b3 = b2 + bStride, to = packed + j;
            for (int p = 0; p < k; p++, to += width)
                Vector128.Create(b0[p], b1[p], b2[p], b3[p]).Store(to);
        }
        for (; j < columns; j++)
        {
            for (int p = 0; p < k; p++)
                packed[(nint)p * width + j] = b[j * bStride + p];
        }
        for (; j < width; j++)
        {
            for (int p = 0; p < k; p++)
                packed[(nint)p * width + j] = 0;
        }
    }
}
