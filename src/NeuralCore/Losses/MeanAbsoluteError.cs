using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Losses;

/// <summary>The mean absolute error of each row: <c>1/n Σ_j |y_j - t_j|</c>, for regression with outliers.</summary>
/// <remarks>Gradient: <c>sign(y_j - t_j) / n / batch</c>, 0 where both are equal. Its minimum is the median of the targets.</remarks>
public sealed class MeanAbsoluteError : ElementwiseLoss
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Evaluate(in LossPass<float> pass) => Run(default(Formula), pass);

    internal readonly struct Formula : IElementwiseLoss
    {
        public T Output<T>(T x)
            where T : struct, ILanes<T> => x;

        public T Loss<T>(T x, T output, T target)
            where T : struct, ILanes<T> => T.Max(x - target, target - x);

        public T Slope<T>(T x, T output, T target)
            where T : struct, ILanes<T> =>
            T.WhereGreater(x, target, T.Broadcast(1)) - T.WhereGreater(target, x, T.Broadcast(1));
    }
}
