using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralCore.Numerics;

/// <summary>The penalty <c>l1 Σ |w| + l2 Σ w²</c> and its gradient.</summary>
internal static unsafe class PenaltyKernel
{
    /// <summary>The penalty of some values: eight partial sums in double, combined in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Penalty(ReadOnlySpan<float> values, double l1, double l2)
    {
        // Vector256 means the same lanes on every processor, as hardware or not.
        Vector256<double> lowerSizes = Vector256<double>.Zero;
        Vector256<double> upperSizes = Vector256<double>.Zero;
        Vector256<double> lowerSquares = Vector256<double>.Zero;
        Vector256<double> upperSquares = Vector256<double>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(Vector256.Create(values[i..]));
            lowerSizes += Vector256.Abs(lower);
            upperSizes += Vector256.Abs(upper);
            lowerSquares += lower * lower;
            upperSquares += upper * upper;
        }
        double sizes = InOrder(lowerSizes + upperSizes);
        double squares = InOrder(lowerSquares + upperSquares);
        for (; i < values.Length; i++)
        {
            sizes += Math.Abs((double)values[i]);
            squares += (double)values[i] * values[i];
        }
        return l1 * sizes + l2 * squares;
    }

    /// <summary><c>g += l1 sign(w) + twoL2 w</c>, with sign(0) = 0.</summary>
    internal static void AddGradient(float* w, float* g, nint n, float l1, float twoL2) =>
        AddGradient(InstructionSet.Current, w, g, n, l1, twoL2);

    internal static void AddGradient(VectorPath path, float* w, float* g, nint n, float l1, float twoL2) =>
        Dispatch.Run(path, new GradientOperation(w, g, n, l1, twoL2));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddGradient<T>(float* w, float* g, nint n, float l1, float twoL2)
        where T : struct, ILanes<T>
    {
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
            T.Store(Sum(T.Load(w + i), T.Load(g + i), l1, twoL2), g + i);
        if (i < n)
        {
            int left = (int)(n - i);
            T.StorePartial(Sum(T.LoadPartial(w + i, left, 0), T.LoadPartial(g + i, left, 0), l1, twoL2), g + i, left);
        }
    }

    private static double InOrder(Vector256<double> lanes) =>
        lanes.GetElement(0) + lanes.GetElement(1) + lanes.GetElement(2) + lanes.GetElement(3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Sum<T>(T weight, T gradient, float l1, float twoL2)
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0);
        T factor = T.Broadcast(l1);
        T signed = T.WhereGreater(weight, zero, factor) - T.WhereGreater(zero, weight, factor);
        return T.FusedMultiplyAdd(weight, T.Broadcast(twoL2), gradient + signed);
    }

    private readonly struct GradientOperation(float* w, float* g, nint n, float l1, float twoL2) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => AddGradient<T>(w, g, n, l1, twoL2);
    }
}
