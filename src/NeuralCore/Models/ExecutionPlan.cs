using NeuralCore.Layers;

namespace NeuralCore.Models;

/// <summary>
/// Which memory each layer reads and writes in a training step. Tensor 0 is the batch's input, tensor i + 1 the output of layer i; each has
/// a gradient of the same size. Tensors that may share memory share a slot.
/// </summary>
/// <remarks>
/// A slot holds the whole batch where the parameter phase reads it again, else one block of rows for each worker, which stays in the worker's cache.
/// </remarks>
internal sealed class ExecutionPlan
{
    private readonly bool[] _needsInputGradient;

    /// <summary>Lays out a step.</summary>
    /// <param name="layers">All layers in the order they run, attached activations included.</param>
    /// <param name="inputSize">The number of values in one sample.</param>
    /// <param name="fusesLast">Whether the loss takes over the last layer, so that it is never called.</param>
    /// <param name="wantsInputGradient">Whether somebody reads the gradient with respect to the batch's input.</param>
    internal ExecutionPlan(IEnumerable<Layer> layers, int inputSize, bool fusesLast = false, bool wantsInputGradient = false)
    {
        Layers = [.. layers];
        Called = fusesLast ? Layers.Length - 1 : Layers.Length;
        Sizes = [inputSize, .. Layers.Select(layer => layer.OutputShape.Size)];
        _needsInputGradient = new bool[Layers.Length];
        bool wanted = wantsInputGradient;
        for (int i = 0; i < Layers.Length; i++)
        {
            _needsInputGradient[i] = wanted;
            wanted |= HasGradients(i);
        }
        Activations = PlanActivations(fusesLast);
        Gradients = PlanGradients();
        SkipsZeros = Enumerable.Range(0, Called).Any(ReadsSamples);
    }

    /// <summary>The layers in the order they run.</summary>
    internal Layer[] Layers { get; }

    /// <summary>How many of the layers are called; the loss may have taken over the last.</summary>
    internal int Called { get; }

    /// <summary>The number of values a sample has in each tensor.</summary>
    internal int[] Sizes { get; }

    /// <summary>The slot of each tensor.</summary>
    internal Slot[] Activations { get; }

    /// <summary>The slot of each tensor's gradient; null where nobody needs it.</summary>
    internal Slot?[] Gradients { get; }

    /// <summary>Whether the first layer that computes something can leave out zeros of the data.</summary>
    internal bool SkipsZeros { get; }

    /// <summary>Whether a layer's <see cref="Layer.Backward"/> has to be called.</summary>
    internal bool NeedsInputGradient(int layer) => _needsInputGradient[layer];

    /// <summary>Whether a layer has parameters to train.</summary>
    internal bool HasGradients(int layer) => Layers[layer].Parameters.Any(parameter => parameter.IsTrainable);

    /// <summary>Whether a layer's panels are packed at the start of a step.</summary>
    internal bool IsPrepared(int layer)
    {
        BoundLayer bound = Layers[layer].Bound;
        return layer < Called && bound.Panels > 0 && (!bound.PreparedForBackwardOnly || NeedsInputGradient(layer));
    }

    /// <summary>Whether a layer stores its output through the ReLU that stands next, which then need not be called.</summary>
    internal bool StoresThroughReLU(int layer) =>
        layer + 1 < Called && CanStoreThroughReLU(Layers, layer) && Activations[layer + 1] == Activations[layer + 2];

    /// <summary>Whether a layer stores its input's gradient through the ReLU that stands in front of it, which then need not be called back.</summary>
    internal bool StoresBackThroughReLU(int layer) =>
        layer > 0 && Layers[layer].StoresThroughReLU && Layers[layer - 1] is ReLU && NeedsInputGradient(layer - 1) && Gradients[layer] == Gradients[layer - 1];

    /// <summary>Whether a layer is a dropout behind a ReLU: its output tells what both do to a gradient, so nobody reads the ReLU's, and one pass goes back through both.</summary>
    internal bool DropsBehindReLU(int layer) => layer > 0 && Layers[layer] is Dropout && Layers[layer - 1] is ReLU;

    /// <summary>What the backward pass of a layer reads in this network.</summary>
    internal BackwardReads BackwardReadsOf(int layer) =>
        DropsBehindReLU(layer) ? BackwardReads.Output : layer + 1 < Called && DropsBehindReLU(layer + 1) ? BackwardReads.None : Layers[layer].Bound.BackwardReads;

    /// <summary>Whether a layer reads the batch's input as it came and can leave out its zeros.</summary>
    internal bool ReadsSamples(int layer) => Layers[layer].SkipsZeros && Activations[layer] == Activations[0];

    /// <summary>Whether a layer offers to store through a ReLU and one stands next.</summary>
    internal static bool CanStoreThroughReLU(Layer[] layers, int layer) =>
        layer + 1 < layers.Length && layers[layer].StoresThroughReLU && layers[layer + 1] is ReLU;

    private bool Reads(int layer, BackwardReads what) =>
        layer < Called && (NeedsInputGradient(layer) || HasGradients(layer)) && (BackwardReadsOf(layer) & what) != 0;

    private Slot[] PlanActivations(bool fusesLast)
    {
        Slot[] slots = new Slot[Layers.Length + 1];
        slots[0] = new Slot(Sizes[0]);
        HashSet<Slot> readAgain = [];
        for (int i = 0; i < Layers.Length; i++)
        {
            BoundLayer bound = Layers[i].Bound;
            if (Reads(i, BackwardReads.Input))
            {
                readAgain.Add(slots[i]);
                slots[i].IsWholeBatch |= HasGradients(i);
            }
            // The last layer's output is what metrics read, and the fused loss reads its input while it writes it.
            bool inPlace = bound.CanRunInPlace && i > 0 && slots[i] != slots[0] && !readAgain.Contains(slots[i]) && !(fusesLast && i == Called);
            slots[i + 1] = bound.IsView || inPlace ? slots[i] : new Slot(Sizes[i + 1]);
            if (Reads(i, BackwardReads.Output))
            {
                readAgain.Add(slots[i + 1]);
                slots[i + 1].IsWholeBatch |= HasGradients(i);
            }
        }
        return slots;
    }

    private Slot?[] PlanGradients()
    {
        Slot?[] slots = new Slot?[Layers.Length + 1];
        slots[Called] = new Slot(Sizes[Called]);
        for (int i = Called - 1; i >= 0; i--)
        {
            if (HasGradients(i))
                slots[i + 1]!.IsWholeBatch = true;
            if (!NeedsInputGradient(i))
                break;
            BoundLayer bound = Layers[i].Bound;
            bool shares = bound.IsView || (bound.CanRunInPlace && !HasGradients(i));
            slots[i] = shares ? slots[i + 1] : new Slot(Sizes[i]);
        }
        return slots;
    }

    /// <summary>A piece of memory: so many values a row, for the whole batch or for one block of rows a worker.</summary>
    internal sealed class Slot(int size)
    {
        internal int Size { get; } = size;

        internal bool IsWholeBatch { get; set; }

        /// <summary>Where it starts, once <see cref="TrainingWorkspace"/> has laid out the memory.</summary>
        internal int Offset { get; set; }
    }
}
