using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

// What follows a product, on a strip of rows that is still in a cache. On the accumulators of every kernel it would be a third of the code
// to compile.
internal static unsafe partial class Gemm
{
    internal static void Finish(
        VectorPath path, GemmEpilogue epilogue, float* c, nint cStride, float* mask, nint maskStride, int rows, int columns) =>
        Dispatch.Run(path, new FinishOperation(epilogue, c, cStride, mask, maskStride, rows, columns));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish<T>(GemmEpilogue epilogue, float* c, nint cStride, float* mask, nint maskStride, int rows, int columns)
        where T : struct, ILanes<T>
    {
        for (; rows > 0; rows--, c += cStride, mask += maskStride)
        {
            int j = 0;
            for (; j <= columns - LaneMath.Width; j += LaneMath.Width)
            {
                T x = T.Load(c + j);
                T.Store(epilogue == GemmEpilogue.ReLU ? ReluMath.Forward<T, T>(x) : Derive(T.Load(mask + j), x), c + j);
            }
            if (j < columns)
            {
                int left = columns - j;
                T x = T.LoadPartial(c + j, left, 0);
                T y = epilogue == GemmEpilogue.ReLU ? ReluMath.Forward<T, T>(x) : Derive(T.LoadPartial(mask + j, left, 0), x);
                T.StorePartial(y, c + j, left);
            }
        }
    }

    // With +0 for -0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Derive<T>(T y, T gradient)
        where T : struct, ILanes<T> => ReluMath.Backward<T, T>(y, gradient + T.Broadcast(0));

    private readonly struct FinishOperation(
        GemmEpilogue epilogue, float* c, nint cStride, float* mask, nint maskStride, int rows, int columns)
        : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Finish<T>(epilogue, c, cStride, mask, maskStride, rows, columns);
    }
}
