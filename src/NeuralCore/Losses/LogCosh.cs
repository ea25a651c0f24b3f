using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Losses;

/// <summary>
/// The logarithm of the hyperbolic cosine of the error, <c>1/n Σ_j log cosh(y_j - t_j)</c>: about <c>d²/2</c> for small errors d and
/// <c>|d| - log 2</c> for large ones, smooth between them.
/// </summary>
/// <remarks>Gradient: <c>tanh(y_j - t_j) / n / batch</c>. Keras' <c>LogCosh</c>.</remarks>
public sealed class LogCosh : ElementwiseLoss
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Evaluate(in LossPass<float> pass) => Run(default(Formula), pass);

    internal readonly struct Formula : IElementwiseLoss
    {
        // Where the series below is exact to single precision and the formula begins to lose digits.
        private const float Near = 0.25f;
        private const float Log2 = 0.693147181f;

        public T Output<T>(T x)
            where T : struct, ILanes<T> => x;

        public T Loss<T>(T x, T output, T target)
            where T : struct, ILanes<T>
        {
            // |d| + log(1 + e^-2|d|) - log 2, which cancels for small d; there the Taylor series.
            T error = T.Abs(x - target);
            T far = error + (LaneMath.Softplus(T.Broadcast(-2) * error) - T.Broadcast(Log2));
            T small = T.Min(T.Broadcast(Near), error);
            T square = small * small;
            T p = T.FusedMultiplyAdd(T.Broadcast(-17f / 2520), square, T.Broadcast(1f / 45));
            p = T.FusedMultiplyAdd(p, square, T.Broadcast(-1f / 12));
            p = T.FusedMultiplyAdd(p, square, T.Broadcast(0.5f));
            return T.SelectGreater(error, T.Broadcast(Near), far, p * square);
        }

        public T Slope<T>(T x, T output, T target)
            where T : struct, ILanes<T> => LaneMath.Tanh(x - target);
    }
}
