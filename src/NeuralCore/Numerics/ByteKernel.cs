using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NeuralCore.Numerics;

/// <summary>Bytes, such as pixels, as floats.</summary>
internal static unsafe class ByteKernel
{
    /// <summary><c>destination[i] = source[i] * scale</c>.</summary>
    internal static void Scale(byte* source, float* destination, nint n, float scale) =>
        Scale(InstructionSet.Current, source, destination, n, scale);

    internal static void Scale(VectorPath path, byte* source, float* destination, nint n, float scale)
    {
        switch (path)
        {
            case VectorPath.Vector512:
                Scale<Lanes512>(source, destination, n, scale);
                break;
            case VectorPath.Vector256:
                Scale<Lanes256>(source, destination, n, scale);
                break;
            case VectorPath.Vector128:
                Scale<Lanes128>(source, destination, n, scale);
                break;
            default:
                Scale<LanesScalar>(source, destination, n, scale);
                break;
        }
    }

    /// <summary>Asks the processor to bring memory into its second cache level; nothing where it takes no such hint.</summary>
    internal static void Fetch(byte* source, nint n)
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
}
