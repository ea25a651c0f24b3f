using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralCore.Numerics;

/// <summary>A kernel written over <see cref="ILanes{TSelf}"/>, with its arguments.</summary>
internal interface ILaneOperation
{
    void Run<T>()
        where T : struct, ILanes<T>;
}

/// <summary>The same with a result.</summary>
internal interface ILaneOperation<TResult>
{
    TResult Run<T>()
        where T : struct, ILanes<T>;
}

/// <summary>What depends on the <see cref="IRegister{TVector}"/> of a path, with its arguments.</summary>
internal interface IRegisterOperation<TResult>
{
    TResult Run<TRegister, TVector>()
        where TRegister : struct, IRegister<TVector>
        where TVector : unmanaged;
}

/// <summary>Runs a kernel at the width of a path: the one place that knows which types that means.</summary>
internal static class Dispatch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Run<TOperation>(VectorPath path, TOperation operation)
        where TOperation : struct, ILaneOperation
    {
        switch (path)
        {
            case VectorPath.Vector512: operation.Run<Lanes512>(); break;
            case VectorPath.Vector256: operation.Run<Lanes256>(); break;
            case VectorPath.Vector128: operation.Run<Lanes128>(); break;
            default: operation.Run<LanesScalar>(); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TResult Run<TOperation, TResult>(VectorPath path, TOperation operation)
        where TOperation : struct, ILaneOperation<TResult> => path switch
        {
            VectorPath.Vector512 => operation.Run<Lanes512>(),
            VectorPath.Vector256 => operation.Run<Lanes256>(),
            VectorPath.Vector128 => operation.Run<Lanes128>(),
            _ => operation.Run<LanesScalar>(),
        };

    internal static TResult InRegisters<TOperation, TResult>(VectorPath path, TOperation operation)
        where TOperation : struct, IRegisterOperation<TResult> => path switch
        {
            VectorPath.Vector512 => operation.Run<Register512, Vector512<float>>(),
            VectorPath.Vector256 => operation.Run<Register256, Vector256<float>>(),
            VectorPath.Vector128 => operation.Run<Register128, Vector128<float>>(),
            _ => operation.Run<RegisterScalar, float>(),
        };
}
