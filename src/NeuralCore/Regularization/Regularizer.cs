using NeuralCore.Layers;
using NeuralCore.Numerics;

namespace NeuralCore.Regularization;

/// <summary>
/// A penalty on a parameter's size that is added to the loss: <c>l1 Σ |w| + l2 Σ w²</c>. <see cref="L1"/>, <see cref="L2"/> or
/// <see cref="L1L2"/>.
/// </summary>
/// <remarks>
/// <para>As in Keras, the penalties of all trained parameters are added to the loss that training and evaluation report, and frozen ones
/// have none. The gradient is <c>l1 sign(w) + 2 l2 w</c>, with sign(0) = 0.</para>
/// <para>PyTorch's <c>weight_decay</c> of SGD and Adam adds <c>weight_decay · w</c> to the gradient and nothing to the loss: the same steps
/// as <c>new L2(weight_decay / 2)</c>. <see cref="P:NeuralCore.Optimizers.Optimizer.WeightDecay"/> is AdamW's, which does not pass
/// through the gradient.</para>
/// </remarks>
public abstract class Regularizer
{
    /// <summary>The values in a chunk, over which penalties are summed: a constant, so that sums do not depend on threads.</summary>
    internal const int ChunkLength = 4096;

    private protected Regularizer(double l1, double l2)
    {
        L1Factor = SettingChecks.FiniteAndNotNegative(l1, "An L1 factor");
        L2Factor = SettingChecks.FiniteAndNotNegative(l2, "An L2 factor");
    }

    /// <summary>The factor of the sum of absolute values.</summary>
    public double L1Factor { get; }

    /// <summary>The factor of the sum of squares.</summary>
    public double L2Factor { get; }

    /// <summary>The kind and factors, for the description of a layer.</summary>
    public abstract LayerDescription Describe();

    /// <summary>Rebuilds a regularizer from its description.</summary>
    /// <param name="description">What <see cref="Describe"/> returned; null for none.</param>
    /// <exception cref="FormatException">The description is of something else, or a factor is missing.</exception>
    public static Regularizer? From(LayerDescription? description) => description?.Kind switch
    {
        null => null,
        nameof(L1) => new L1(description.GetDouble("l1")),
        nameof(L2) => new L2(description.GetDouble("l2")),
        nameof(L1L2) => new L1L2(description.GetDouble("l1"), description.GetDouble("l2")),
        var other => throw new FormatException($"{other} is not a regularizer; expected L1, L2 or L1L2."),
    };

    /// <summary>The regularizer as written in code.</summary>
    public override string ToString() => Describe().ToString();

    /// <summary>The penalty of a chunk of values.</summary>
    internal double Penalty(ReadOnlySpan<float> values) => PenaltyKernel.Penalty(values, L1Factor, L2Factor);

    /// <summary>Adds the penalty's gradient at some values to their gradients.</summary>
    internal unsafe void AddGradient(ReadOnlySpan<float> values, Span<float> gradient)
    {
        fixed (float* w = values, g = gradient)
            PenaltyKernel.AddGradient(w, g, values.Length, (float)L1Factor, (float)(2 * L2Factor));
    }
}
