using System.Runtime.CompilerServices;
using NeuralCore.Numerics;

namespace NeuralCore.Losses;

/// <summary>
/// The Huber loss of each row, <c>1/n Σ_j l(y_j - t_j)</c> with <c>l(d) = d²/2</c> for |d| ≤ δ and <c>δ (|d| - δ/2)</c> beyond: squared for
/// small errors, absolute for outliers.
/// </summary>
/// <remarks>
/// Gradient: <c>d_j / n / batch</c> with d clipped to [-δ, δ]. P. J. Huber, "Robust Estimation of a Location Parameter", 1964.
/// </remarks>
public sealed class Huber : ElementwiseLoss
{
    private readonly float _delta;

    /// <summary>Describes the loss.</summary>
    /// <param name="delta">δ, the error from which on the loss is linear; positive, in the unit of the targets.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not a positive finite number.</exception>
    public Huber(double delta = 1)
    {
        _delta = (float)delta;
        if (!(_delta > 0 && float.IsFinite(_delta)))
            throw new ArgumentOutOfRangeException(
                nameof(delta), delta, "The error from which on the Huber loss is linear is positive and finite.");
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Evaluate(in LossPass<float> pass) => Run(new Formula(_delta), pass);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Name}(delta: {_delta})");

    internal readonly struct Formula(float delta) : IElementwiseLoss
    {
        public T Output<T>(T x)
            where T : struct, ILanes<T> => x;

        // With the clipped error c both pieces are c (d - c/2).
        public T Loss<T>(T x, T output, T target)
            where T : struct, ILanes<T>
        {
            T clipped = Slope(x, output, target);
            return clipped * T.FusedMultiplyAdd(T.Broadcast(-0.5f), clipped, x - target);
        }

        public T Slope<T>(T x, T output, T target)
            where T : struct, ILanes<T> => T.Min(T.Broadcast(delta), T.Max(T.Broadcast(-delta), x - target));
    }
}
