using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// <c>y = x tanh(softplus(x))</c> for each element.
/// </summary>
/// <remarks>
/// Gradient: <c>dx = dy (t + x sigmoid(x) (1 - t²))</c> with t = tanh(softplus(x)). Source: Misra 2019.
/// </remarks>
public sealed class Mish : ElementwiseActivation
{
    /// <summary>Describes the activation.</summary>
    /// <param name="name">The name, unique in the model.</param>
    public Mish(string? name = null)
        : base(name, BackwardReads.Input, ElementwiseKernel.Of(default(Function)))
    {
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("Mish");

    private readonly struct Function : IElementwiseFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Forward<T>(T x)
            where T : struct, ILanes<T> => x * LaneMath.Tanh(LaneMath.Softplus(x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Backward<T>(T x, T dy)
            where T : struct, ILanes<T>
        {
            T t = LaneMath.Tanh(LaneMath.Softplus(x));
            T one = T.Broadcast(1);
            return dy * T.FusedMultiplyAdd(x * LaneMath.Sigmoid(x), (one - t) * (one + t), t);
        }
    }
}
