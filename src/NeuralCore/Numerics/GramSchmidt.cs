using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralCore.Numerics;

/// <summary>Orthonormal vectors in double precision, in one order of operations whatever the vector width.</summary>
internal static class GramSchmidt
{
    // Each projection is removed twice: the second removes what rounding left of the first.
    private const int Passes = 2;

    /// <summary>
    /// Replaces linearly independent vectors of one length by orthonormal ones that span the same spaces, the first k for every k; each
    /// keeps a positive product with the vector that it replaces.
    /// </summary>
    /// <remarks>Gram-Schmidt with reorthogonalization: L. Giraud et al., Numerische Mathematik 101 (2005).</remarks>
    internal static void Orthonormalize(double[][] vectors)
    {
        for (int k = 0; k < vectors.Length; k++)
        {
            double[] vector = vectors[k];
            for (int pass = 0; pass < Passes; pass++)
            {
                for (int j = 0; j < k; j++)
                    AddMultiple(vectors[j], -Dot(vectors[j], vector), vector);
            }
            double norm = Math.Sqrt(Dot(vector, vector));
            for (int i = 0; i < vector.Length; i++)
                vector[i] /= norm;
        }
    }

    // Eight chains, combined in order: Vector512 means eight lanes on every processor, as hardware or not.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        Vector512<double> sums = Vector512<double>.Zero;
        int i = 0;
        for (; i <= left.Length - Vector512<double>.Count; i += Vector512<double>.Count)
            sums += Vector512.Create(left[i..]) * Vector512.Create(right[i..]);
        double sum = 0;
        for (int lane = 0; lane < Vector512<double>.Count; lane++)
            sum += sums.GetElement(lane);
        for (; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddMultiple(ReadOnlySpan<double> source, double factor, Span<double> target)
    {
        int i = 0;
        for (; i <= source.Length - Vector512<double>.Count; i += Vector512<double>.Count)
            (Vector512.Create<double>(target[i..]) + Vector512.Create(source[i..]) * factor).CopyTo(target[i..]);
        for (; i < source.Length; i++)
            target[i] += source[i] * factor;
    }
}
