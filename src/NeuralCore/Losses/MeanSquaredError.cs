using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Losses;

/// <summary>The mean squared error of each row: <c>1/n Σ_j (y_j - t_j)²</c>, for regression.</summary>
/// <remarks>Gradient: <c>2 (y_j - t_j) / n / batch</c>. For normally distributed errors of equal variance it is the likelihood.</remarks>
public sealed class MeanSquaredError : ElementwiseLoss
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Evaluate(in LossPass<float> pass) => Run(default(Formula), pass);

    internal readonly struct Formula : IElementwiseLoss
    {
        public T Output<T>(T x)
            where T : struct, ILanes<T> => x;

        public T Loss<T>(T x, T output, T target)
            where T : struct, ILanes<T> => (x - target) * (x - target);

        public T Slope<T>(T x, T output, T target)
            where T : struct, ILanes<T> => T.Broadcast(2) * (x - target);
    }
}
