using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

/// <summary>Bytes, such as pixels, as floats.</summary>
internal static unsafe class ByteKernel
{
    /// <summary><c>destination[i] = source[i] * scale</c>.</summary>
    internal static void Scale(byte* source, float* destination, nint n, float scale) =>
        Scale(InstructionSet.Current, source, destination, n, scale);

    internal static void Scale(VectorPath path, byte* source, float* destination, nint n, float scale) =>
        Dispatch.Run(path, new ScaleOperation(source, destination, n, scale));

    /// <summary>Prefetches memory into L2; nothing where the processor takes no such hint.</summary>
    internal static void Prefetch(byte* source, nint n)
    {
        const int line = 64;
        for (nint i = 0; Sse.IsSupported && i < n; i += line)
            Sse.Prefetch1(source + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale<T>(byte* source, float* destination, nint n, float scale)
        where T : struct, ILanes<T>
    {
        nint i = 0;
        for (; i <= n - LaneMath.Width; i += LaneMath.Width)
            T.Store(T.LoadBytes(source + i) * T.Broadcast(scale), destination + i);
        // A byte is exact as a float, so one by one is one rounding too.
        for (; i < n; i++)
            destination[i] = source[i] * scale;
    }

    private readonly struct ScaleOperation(byte* source, float* destination, nint n, float scale) : ILaneOperation
    {
        public void Run<T>()
            where T : struct, ILanes<T> => Scale<T>(source, destination, n, scale);
    }
}
