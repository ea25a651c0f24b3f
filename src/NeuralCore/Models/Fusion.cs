using NeuralCore.Layers;

namespace NeuralCore.Models;

/// <summary>One call of a layer's Forward.</summary>
/// <param name="Layer">The layer's index.</param>
/// <param name="Output">The tensor it writes. It reads the tensor with the layer's index.</param>
/// <param name="FusesReLU">Whether it applies the following ReLU as it stores its output, so that the ReLU is not called.</param>
internal sealed record ForwardCall(int Layer, int Output, bool FusesReLU);

/// <summary>One call of a layer's Backward.</summary>
/// <param name="Layer">The layer's index; it reads the gradient of the tensor after it.</param>
/// <param name="InputGradient">The tensor whose gradient is written.</param>
/// <param name="FusesReLU">
/// Whether the layer applies the preceding ReLU's derivative as it stores the gradient, so that the ReLU is not called.
/// </param>
/// <param name="MaskScale">
/// If not null, neither this layer, which scales or drops elements, nor the preceding ReLU is called: this layer's output shows what both
/// do to a gradient.
/// </param>
internal sealed record BackwardCall(int Layer, int InputGradient, bool FusesReLU, float? MaskScale);

/// <summary>
/// Which layer calls a network makes. All fusions of neighbouring layers are made here, for training, evaluation and prediction alike, from
/// what layers declare on <see cref="LayerBuilder"/>. A fused call computes the bits of the calls it replaces.
/// </summary>
internal static class Fusion
{
    /// <summary>The forward calls of the first layers.</summary>
    /// <param name="layers">The layers, including trailing activations.</param>
    /// <param name="executed">How many of them are called; the last may be fused with the loss.</param>
    internal static ForwardCall[] Forward(IReadOnlyList<Layer> layers, int executed)
    {
        List<ForwardCall> calls = [];
        for (int i = 0; i < executed; i++)
        {
            if (layers[i].Bound.IsView)
                continue;
            bool fusesReLU = i + 1 < executed && FusesReLUAfter(layers[i].Bound, layers[i + 1].Bound);
            calls.Add(new ForwardCall(i, fusesReLU ? i + 2 : i + 1, fusesReLU));
            if (fusesReLU)
                i++;
        }
        return calls.ToArray();
    }

    /// <summary>The backward calls, in the order they run: the last layer first.</summary>
    /// <param name="layers">The layers, trailing activations included.</param>
    /// <param name="executed">How many of them are called.</param>
    /// <param name="needsInputGradient">Whether the gradient of a layer's input is needed.</param>
    internal static BackwardCall[] Backward(IReadOnlyList<Layer> layers, int executed, Func<int, bool> needsInputGradient)
    {
        List<BackwardCall> calls = [];
        for (int i = executed - 1; i >= 0 && needsInputGradient(i); i--)
        {
            if (layers[i].Bound.IsView)
                continue;
            bool followsReLU = i > 0 && layers[i - 1].Bound.IsReLU && needsInputGradient(i - 1);
            float? maskScale = followsReLU ? layers[i].Bound.MaskScale : null;
            bool fusesReLU = followsReLU && layers[i].Bound.FusesReLU;
            bool takesReLU = maskScale is not null || fusesReLU;
            calls.Add(new BackwardCall(i, takesReLU ? i - 1 : i, fusesReLU, maskScale));
            if (takesReLU)
                i--;
        }
        return calls.ToArray();
    }

    /// <summary>What the given backward calls read of each layer's forward pass.</summary>
    internal static BackwardReads[] Reads(IReadOnlyList<Layer> layers, IEnumerable<BackwardCall> calls)
    {
        BackwardReads[] reads = layers.Select(layer => layer.Bound.BackwardReads).ToArray();
        foreach (BackwardCall call in calls.Where(call => call.MaskScale is not null))
        {
            reads[call.Layer] = BackwardReads.Output;
            reads[call.Layer - 1] = BackwardReads.None;
        }
        return reads;
    }

    // The tensor between the two is never in memory, so neither may read it in the backward pass.
    private static bool FusesReLUAfter(BoundLayer layer, BoundLayer next) =>
        layer.FusesReLU && next.IsReLU
        && (layer.BackwardReads & BackwardReads.Output) == 0 && (next.BackwardReads & BackwardReads.Input) == 0;
}
