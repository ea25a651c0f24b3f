using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Layers;
using NeuralCore.Numerics;

namespace NeuralCore.Losses;

/// <summary>
/// The common part of the two binary cross-entropies: for a row of n probabilities y and targets t from 0 to 1,
/// <c>-1/n Σ_j (t_j log y_j + (1 - t_j) log(1 - y_j))</c>. They differ in the representation of the target and train to the same bits.
/// </summary>
/// <typeparam name="TTarget"><see cref="int"/> for one class index, 0 or 1; <see cref="float"/> for values from 0 to 1.</typeparam>
public abstract unsafe class BinaryLoss<TTarget> : Loss<TTarget>
    where TTarget : unmanaged
{
    private protected BinaryLoss(bool fromLogits)
    {
        FromLogits = fromLogits;
    }

    /// <summary>Whether the predictions are logits (any numbers) rather than probabilities.</summary>
    public bool FromLogits { get; }

    /// <inheritdoc/>
    internal sealed override void CheckNetwork(IReadOnlyList<Layer> layers)
    {
        Layer[] computing = layers.Where(layer => !layer.Bound.IsView).ToArray();
        if (computing is not [.., { } last])
            return;
        if (!FromLogits && last is not Sigmoid && last.GivesProbabilities == false)
        {
            throw new ArgumentException(
                $"{Name}: expects probabilities, but the network ends with {last.Name}: {last}. "
                + $"End it with a Sigmoid, or, if its outputs are logits, pass fromLogits: new {Name}(fromLogits: true).");
        }
        if (last is Softmax && last.Bound.OutputShape.Size == 1)
        {
            throw new ArgumentException(
                $"{Name}: {last.Name} is a softmax of one output, which is always 1. Use a Sigmoid instead.");
        }
        if (FromLogits && last is Sigmoid or Softmax)
        {
            throw new ArgumentException(
                $"{Name}: fromLogits is set, but the network ends with {last.Name}, which already turns logits into probabilities. "
                + $"Remove the {last.GetType().Name}, or drop fromLogits.");
        }
    }

    /// <inheritdoc/>
    protected internal sealed override FusedLoss<TTarget>? FuseWith(Layer last) => last is Sigmoid && !FromLogits ? new Fused(this) : null;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal sealed override void Evaluate(in LossPass<TTarget> pass) => Run(
        FromLogits, pass.Predictions, default, pass.Targets, pass.Gradient, pass.RowLosses, pass.Rows, pass.GradientScale);

    /// <inheritdoc/>
    public sealed override string ToString() => FromLogits ? $"{Name}(fromLogits: True)" : Name;

    private protected abstract void Run(
        bool fromLogits, ReadOnlySpan<float> x, Span<float> outputs, ReadOnlySpan<TTarget> targets, Span<float> gradient,
        Span<double> losses, int rows, float scale);

    /// <summary>
    /// The rows with targets as floats. Without <paramref name="fromLogits"/>, x are probabilities and outputs are not wanted.
    /// </summary>
    private protected static void RunFloats(
        bool fromLogits, ReadOnlySpan<float> x, Span<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient,
        Span<double> losses, int rows, float scale)
    {
        fixed (float* input = &MemoryMarshal.GetReference(x), t = &MemoryMarshal.GetReference(targets),
            y = &MemoryMarshal.GetReference(outputs), dx = &MemoryMarshal.GetReference(gradient))
        fixed (double* values = &MemoryMarshal.GetReference(losses))
        {
            if (fromLogits)
                ElementwiseLossKernel.Run(default(LogitFormula), input, t, y, dx, values, rows, x.Length / rows, scale);
            else
                ElementwiseLossKernel.Run(default(ProbabilityFormula), input, t, null, dx, values, rows, x.Length / rows, scale);
        }
    }

    private sealed class Fused(BinaryLoss<TTarget> loss) : FusedLoss<TTarget>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected internal override void Evaluate(in FusedLossPass<TTarget> pass) => loss.Run(
            fromLogits: true, pass.LayerInput, pass.Predictions, pass.Targets, pass.LayerInputGradient, pass.RowLosses, pass.Rows,
            pass.GradientScale);
    }

    /// <summary>
    /// From logits: <c>max(x, 0) - x t + ln(1 + e^-|x|)</c>, of which nothing overflows or cancels, and <c>sigmoid(x) - t</c>.
    /// </summary>
    internal readonly struct LogitFormula : IElementwiseLoss
    {
        public T Output<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Sigmoid(x);

        public T Loss<T>(T x, T output, T target)
            where T : struct, ILanes<T>
        {
            T zero = T.Broadcast(0);
            return T.FusedMultiplyAdd(zero - x, target, T.Max(x, zero)) + LaneMath.Softplus(zero - T.Abs(x));
        }

        public T Slope<T>(T x, T output, T target)
            where T : struct, ILanes<T> => output - target;
    }

    /// <summary>From probabilities, clipped to 1e-7 from 0 and 1 as in Keras; the gradient is 0 where they are clipped.</summary>
    internal readonly struct ProbabilityFormula : IElementwiseLoss
    {
        private const float Lowest = 1e-7f;
        private const float Highest = 1 - 1e-7f;

        public T Output<T>(T x)
            where T : struct, ILanes<T> => T.Min(T.Broadcast(Highest), T.Max(T.Broadcast(Lowest), x));

        public T Loss<T>(T x, T output, T target)
            where T : struct, ILanes<T>
        {
            T one = T.Broadcast(1);
            T cross = T.FusedMultiplyAdd(target, LaneMath.Log(output), (one - target) * LaneMath.Log(one - output));
            return T.Broadcast(0) - cross;
        }

        public T Slope<T>(T x, T output, T target)
            where T : struct, ILanes<T>
        {
            T zero = T.Broadcast(0);
            T slope = (output - target) / (output * (T.Broadcast(1) - output));
            return T.SelectGreater(output, x, zero, T.SelectGreater(x, output, zero, slope));
        }
    }
}
