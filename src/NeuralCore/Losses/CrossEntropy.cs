using System.Runtime.CompilerServices;
using NeuralCore.Layers;

namespace NeuralCore.Losses;

/// <summary>
/// The common part of the losses between class probabilities p and a target t. The two cross-entropies are <c>-Σ_k t_k log p_k</c>, differ
/// in the representation of the target, and train to the same bits from one seed.
/// </summary>
/// <typeparam name="TTarget"><see cref="int"/> for class indices, <see cref="float"/> for one-hot rows.</typeparam>
public abstract class CrossEntropy<TTarget> : Loss<TTarget>
    where TTarget : unmanaged
{
    private protected CrossEntropy(bool fromLogits, double labelSmoothing = 0)
    {
        if (!(labelSmoothing >= 0 && (float)labelSmoothing < 1))
            throw new ArgumentOutOfRangeException(
                nameof(labelSmoothing), labelSmoothing, "Label smoothing is at least 0 and below 1; 0.1 is usual.");
        FromLogits = fromLogits;
        Smoothing = (float)labelSmoothing;
    }

    /// <summary>Whether the predictions are logits (any numbers) rather than probabilities.</summary>
    public bool FromLogits { get; }

    private protected float Smoothing { get; }

    /// <inheritdoc/>
    public sealed override int TargetWidth(Shape prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (prediction.Rank != 1 || prediction[0] < 2)
            throw new ShapeException(
                $"{Name}: expects a vector of two or more classes, got {prediction}. "
                + "End the network with a Dense of one unit for each class.");
        return WidthFor(prediction[0]);
    }

    /// <inheritdoc/>
    internal sealed override void CheckNetwork(IReadOnlyList<Layer> layers)
    {
        if (FromLogits)
            return;
        Layer[] computing = layers.Where(layer => !layer.Bound.IsView).ToArray();
        if (computing is not [.., { } last] || last.GivesProbabilities is null)
            return;
        if (last.GivesProbabilities == false)
        {
            throw new ArgumentException(
                $"{Name}: expects probabilities, but the network ends with {last.Name}: {last}. "
                + "End it with a Softmax, or, if its outputs are logits or log-probabilities, pass fromLogits: "
                + $"new {Name}(fromLogits: true).");
        }
        if (computing is [.., { GivesProbabilities: true } before, _])
        {
            throw new ArgumentException(
                $"{Name}: {last.Name} follows {before.Name}, so the network computes the softmax of a softmax, which is almost uniform. "
                + "Remove one of them.");
        }
    }

    /// <inheritdoc/>
    protected internal sealed override FusedLoss<TTarget>? FuseWith(Layer last)
    {
        if (last is not Softmax)
            return null;
        if (FromLogits)
        {
            throw new ArgumentException(
                $"{Name}: fromLogits is set, but the network ends with {last.Name}, which already turns logits into probabilities. "
                + "Remove the Softmax, or drop fromLogits.");
        }
        return new Fused(this);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal sealed override void Evaluate(in LossPass<TTarget> pass)
    {
        int classes = pass.Predictions.Length / pass.Rows;
        if (FromLogits)
            Logits(pass.Predictions, pass.Targets, default, pass.Gradient, pass.RowLosses, pass.Rows, classes, pass.GradientScale);
        else
            Probabilities(pass.Predictions, pass.Targets, pass.Gradient, pass.RowLosses, pass.Rows, classes, pass.GradientScale);
    }

    /// <inheritdoc/>
    public sealed override string ToString()
    {
        string[] settings =
        [
            .. FromLogits ? (string[])["fromLogits: True"] : [],
            .. Smoothing > 0 ? (string[])[FormattableString.Invariant($"labelSmoothing: {Smoothing}")] : [],
        ];
        return settings.Length == 0 ? Name : $"{Name}({string.Join(", ", settings)})";
    }

    private protected abstract int WidthFor(int classes);

    internal abstract void Logits(
        ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> targets, Span<float> probabilities, Span<float> gradient, Span<double> losses,
        int rows, int classes, float scale);

    internal abstract void Probabilities(
        ReadOnlySpan<float> predictions, ReadOnlySpan<TTarget> targets, Span<float> gradient, Span<double> losses,
        int rows, int classes, float scale);

    private sealed class Fused(CrossEntropy<TTarget> loss) : FusedLoss<TTarget>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected internal override void Evaluate(in FusedLossPass<TTarget> pass) => loss.Logits(
            pass.LayerInput, pass.Targets, pass.Predictions, pass.LayerInputGradient, pass.RowLosses, pass.Rows,
            pass.LayerInput.Length / pass.Rows, pass.GradientScale);
    }
}
