using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using NeuralCore.Layers;
using NeuralCore.Numerics;

namespace NeuralCore.Losses;

/// <summary>
/// The Poisson loss, for counts: <c>1/n Σ_j (y_j - t_j log y_j)</c> for a row of n predicted rates y and counts t, or, with
/// <c>logInput</c>, <c>1/n Σ_j (exp(x_j) - t_j x_j)</c> for logarithms x of rates. The negative log-likelihood without the term
/// <c>log t!</c>, which does not depend on the network; it may be negative.
/// </summary>
/// <remarks>
/// Gradient: <c>(1 - t_j / y_j) / n / batch</c>, or <c>(exp(x_j) - t_j) / n / batch</c>. Rates have 1e-7 added in the logarithm, as in
/// Keras (PyTorch adds 1e-8). PyTorch's <c>PoissonNLLLoss</c>, whose <c>log_input</c> is true by default.
/// </remarks>
public sealed class Poisson : ElementwiseLoss
{
    private readonly bool _logInput;

    /// <summary>Describes the loss.</summary>
    /// <param name="logInput">Whether the predictions are logarithms of rates (any numbers) rather than rates.</param>
    public Poisson(bool logInput = false) => _logInput = logInput;

    /// <inheritdoc/>
    protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
    {
        base.CheckTargets(targets, prediction, firstRow);
        if (targets.IsEmpty || TensorPrimitives.Min(targets) >= 0)
            return;
        int position = 0;
        while (targets[position] >= 0)
            position++;
        throw new ArgumentException(
            $"{Name}: row {firstRow + position / prediction.Size} of the targets contains {targets[position]}; "
            + "a target is a count or a rate of at least 0.");
    }

    /// <inheritdoc/>
    internal override void CheckNetwork(IReadOnlyList<Layer> layers)
    {
        if (!_logInput && layers.LastOrDefault(layer => !layer.Bound.IsView) is Dense last)
        {
            throw new ArgumentException(
                $"{Name}: expects rates, which are not negative, but the network ends with {last.Name}: {last}. "
                + $"End it with a Softplus, or take its outputs as logarithms of rates: new {Name}(logInput: true).");
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Evaluate(in LossPass<float> pass)
    {
        if (_logInput)
            Run(default(LogFormula), pass);
        else
            Run(default(RateFormula), pass);
    }

    /// <inheritdoc/>
    public override string ToString() => _logInput ? $"{Name}(logInput: True)" : Name;

    internal readonly struct LogFormula : IElementwiseLoss
    {
        public T Output<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Exp(x);

        public T Loss<T>(T x, T output, T target)
            where T : struct, ILanes<T> => T.FusedMultiplyAdd(T.Broadcast(0) - target, x, output);

        public T Slope<T>(T x, T output, T target)
            where T : struct, ILanes<T> => output - target;
    }

    internal readonly struct RateFormula : IElementwiseLoss
    {
        private const float Epsilon = 1e-7f;

        public T Output<T>(T x)
            where T : struct, ILanes<T> => x;

        public T Loss<T>(T x, T output, T target)
            where T : struct, ILanes<T> => T.FusedMultiplyAdd(T.Broadcast(0) - target, LaneMath.Log(x + T.Broadcast(Epsilon)), x);

        public T Slope<T>(T x, T output, T target)
            where T : struct, ILanes<T> => T.Broadcast(1) - target / (x + T.Broadcast(Epsilon));
    }
}
