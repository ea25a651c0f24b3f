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
        // Blocks of k, so that the part of the panel being filled stays in the first cache level while its columns pass by.
        const int block = 64;
        for (int p0 = 0; p0 < k; p0 += block)
        {
            int rows = Math.Min(block, k - p0);
            float* from = b + p0, to = packed + (nint)p0 * width;
            int j = 0;
            for (; j + 4 <= columns; j += 4)
                TransposeFour(rows, from + j * bStride, bStride, to + j, width);
            for (; j < width; j++)
            {
                float* column = from + j * bStride;
                for (int p = 0; p < rows; p++)
                    to[(nint)p * width + j] = j < columns ? column[p] : 0;
            }
        }
    }

    private static void TransposeFour(int rows, float* b0, nint bStride, float* to, nint width)
    {
        float* b1 = b0 + bStride, b2 = b1 + bStride, b3 = b2 + bStride;
        for (int p = 0; p < rows; p++, to += width)
            Vector128.Create(b0[p], b1[p], b2[p], b3[p]).Store(to);
    }
}
