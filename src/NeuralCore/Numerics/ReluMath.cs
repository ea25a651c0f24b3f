using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// The rectified linear unit and its derivative: the one definition, for the elementwise kernel and for the products that fuse it.
/// </summary>
internal static class ReluMath
{
    /// <summary><c>y = max(x, 0)</c>: +0 for both zeros, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Forward<TOperations, TVector>(TVector x)
        where TOperations : IVectorOperations<TVector>
    {
        // The maximum in this order keeps NaN and leaves -0; adding +0 makes that +0 and changes nothing else.
        TVector zero = TOperations.Broadcast(0);
        return TOperations.Add(TOperations.Max(zero, x), zero);
    }

    /// <summary><c>dx = y &gt; 0 ? dy : +0</c>, y being the output of the unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Backward<TOperations, TVector>(TVector y, TVector dy)
        where TOperations : IVectorOperations<TVector> => TOperations.WhereGreater(y, TOperations.Broadcast(0), dy);
}
