using NeuralCore.Layers;

namespace NeuralCore.Models;

/// <summary>
/// How a network runs: the calls of its layers, and which memory each reads and writes. Tensor 0 is the batch's input, tensor i + 1 the
/// output of layer i; in training each has a gradient of the same size. Tensors that may share memory share a slot.
/// </summary>
/// <remarks>
/// A layer that reduces over the batch cuts the way forward before it, and the way back before its Backward: the rows of one part are all
/// done before the reduction, and the next part runs after it. Without such a layer there is one part. A slot holds the whole batch where
/// another part or the parameter gradients read it again, else one block of rows for each worker, which stays in the worker's cache.
/// </remarks>
internal sealed class ExecutionPlan
{
    private readonly bool[] _needsInputGradient;
    private readonly BackwardReads[] _reads;

    private ExecutionPlan(
        IEnumerable<Layer> layers, int inputSize, bool fusesLast, bool isTraining, bool wantsInputGradient, bool ownsInput)
    {
        OwnsInput = ownsInput;
        Layers = [.. layers];
        IsTraining = isTraining;
        ExecutedCount = fusesLast ? Layers.Length - 1 : Layers.Length;
        Sizes = [inputSize, .. Layers.Select(layer => layer.OutputShape.Size)];
        Reductions = isTraining ? Enumerable.Range(0, ExecutedCount).Where(i => Layers[i].Bound.ReducesOverBatch).ToArray() : [];
        _needsInputGradient = new bool[Layers.Length];
        bool wanted = wantsInputGradient;
        for (int i = 0; i < Layers.Length; i++)
        {
            _needsInputGradient[i] = isTraining && wanted;
            wanted |= HasGradients(i);
        }

        ForwardCall[] forward = Fusion.Forward(Layers, ExecutedCount);
        BackwardCall[] backward = Fusion.Backward(Layers, ExecutedCount, NeedsInputGradient);
        _reads = Fusion.Reads(Layers, backward);
        IEnumerable<int> parts = Enumerable.Range(0, PartCount);
        ForwardParts = parts.Select(part => forward.Where(call => ForwardPart(call.Layer) == part).ToArray()).ToArray();
        BackwardParts = parts.Select(part => backward.Where(call => BackwardPart(call.Layer) == part).ToArray()).ToArray();

        ReadsInput = Layers.Select((_, i) => Layers.Take(i).All(layer => layer.Bound.IsView)).ToArray();
        IsPacked = Layers.Select((layer, i) => isTraining && i < ExecutedCount && layer.Bound.Panels > 0
            && (!layer.Bound.PackedForBackwardOnly || NeedsInputGradient(i))).ToArray();
        Activations = isTraining ? PlanActivations(fusesLast) : PlanTwoBuffers(forward);
        Gradients = isTraining ? PlanGradients() : new Slot?[Layers.Length + 1];
    }

    /// <summary>Whether the plan goes back as well.</summary>
    internal bool IsTraining { get; }

    /// <summary>Whether there is memory for tensor 0; else the caller holds the input.</summary>
    internal bool OwnsInput { get; }

    /// <summary>The layers in the order they run, trailing activations included.</summary>
    internal Layer[] Layers { get; }

    /// <summary>How many of the layers are called; the loss may have taken over the last.</summary>
    internal int ExecutedCount { get; }

    /// <summary>The number of values a sample has in each tensor.</summary>
    internal int[] Sizes { get; }

    /// <summary>The layers that reduce over the batch, in the order they run forward; none outside training.</summary>
    internal int[] Reductions { get; }

    /// <summary>How many parts each way has.</summary>
    internal int PartCount => Reductions.Length + 1;

    /// <summary>The calls of each part of the way forward.</summary>
    internal ForwardCall[][] ForwardParts { get; }

    /// <summary>The calls of each part of the way back; the first runs together with the last part of the way forward.</summary>
    internal BackwardCall[][] BackwardParts { get; }

    /// <summary>Whether each layer reads the batch's input, as it came or through views.</summary>
    internal bool[] ReadsInput { get; }

    /// <summary>Whether each layer's panels are packed at the start of a step.</summary>
    internal bool[] IsPacked { get; }

    /// <summary>The slot of each tensor.</summary>
    internal Slot[] Activations { get; }

    /// <summary>The slot of each tensor's gradient; null where nobody needs it.</summary>
    internal Slot?[] Gradients { get; }

    /// <summary>Lays out training steps.</summary>
    /// <param name="layers">All layers in the order they run, trailing activations included.</param>
    /// <param name="inputSize">The number of values in one sample.</param>
    /// <param name="fusesLast">Whether the loss takes over the last layer, so that it is never called.</param>
    /// <param name="wantsInputGradient">Whether somebody reads the gradient with respect to the batch's input.</param>
    internal static ExecutionPlan ForTraining(
        IEnumerable<Layer> layers, int inputSize, bool fusesLast = false, bool wantsInputGradient = false) =>
        new(layers, inputSize, fusesLast, isTraining: true, wantsInputGradient, ownsInput: true);

    /// <summary>Lays out predictions of input that the caller holds: two buffers that layers write in turn.</summary>
    /// <inheritdoc cref="ForTraining"/>
    internal static ExecutionPlan ForPrediction(IEnumerable<Layer> layers, int inputSize) =>
        new(layers, inputSize, fusesLast: false, isTraining: false, wantsInputGradient: false, ownsInput: false);

    /// <summary>Lays out evaluations: predictions with room for the input.</summary>
    /// <inheritdoc cref="ForTraining"/>
    internal static ExecutionPlan ForEvaluation(IEnumerable<Layer> layers, int inputSize, bool fusesLast) =>
        new(layers, inputSize, fusesLast, isTraining: false, wantsInputGradient: false, ownsInput: true);

    /// <summary>Whether somebody reads the gradient of a layer's input.</summary>
    internal bool NeedsInputGradient(int layer) => _needsInputGradient[layer];

    /// <summary>Whether a layer has parameters to train.</summary>
    internal bool HasGradients(int layer) => Layers[layer].Parameters.Any(parameter => parameter.IsTrainable);

    /// <summary>What the way back reads of a layer's forward pass.</summary>
    internal BackwardReads BackwardReadsOf(int layer) => _reads[layer];

    // Which part of the way forward calls a layer, and which of the way back.
    private int ForwardPart(int layer) => Reductions.Count(reduction => reduction <= layer);

    private int BackwardPart(int layer) => Reductions.Count(reduction => reduction >= layer);

    private bool Reads(int layer, BackwardReads what) =>
        layer < ExecutedCount && (NeedsInputGradient(layer) || HasGradients(layer)) && (_reads[layer] & what) != 0;

    // Whether the way back reads a tensor after the rows of the part that wrote it: the last part forward is the first part back.
    private bool OutlivesItsPart(int layer, int writtenInPart) =>
        HasGradients(layer) || writtenInPart + 1 < PartCount || BackwardPart(layer) > 0;

    private Slot[] PlanActivations(bool fusesLast)
    {
        Slot[] slots = new Slot[Layers.Length + 1];
        slots[0] = new Slot(Sizes[0]);
        HashSet<Slot> readAgain = [];
        for (int i = 0; i < Layers.Length; i++)
        {
            BoundLayer bound = Layers[i].Bound;
            // The reduction before this layer reads what the part before it wrote.
            slots[i].IsWholeBatch |= Reductions.Contains(i);
            if (Reads(i, BackwardReads.Input))
            {
                readAgain.Add(slots[i]);
                slots[i].IsWholeBatch |= OutlivesItsPart(i, i == 0 ? 0 : ForwardPart(i - 1));
            }
            // The last layer's output is what metrics read, and the fused loss reads its input while it writes it.
            bool inPlace = bound.CanRunInPlace && i > 0 && slots[i] != slots[0] && !readAgain.Contains(slots[i])
                && !(fusesLast && i == ExecutedCount);
            slots[i + 1] = bound.IsView || inPlace ? slots[i] : new Slot(Sizes[i + 1]);
            if (Reads(i, BackwardReads.Output))
            {
                readAgain.Add(slots[i + 1]);
                slots[i + 1].IsWholeBatch |= OutlivesItsPart(i, ForwardPart(i));
            }
        }
        return slots;
    }

    private Slot?[] PlanGradients()
    {
        Slot?[] slots = new Slot?[Layers.Length + 1];
        slots[ExecutedCount] = new Slot(Sizes[ExecutedCount]);
        for (int i = ExecutedCount - 1; i >= 0; i--)
        {
            if (HasGradients(i) || Reductions.Contains(i))
                slots[i + 1]!.IsWholeBatch = true;
            if (!NeedsInputGradient(i))
                break;
            BoundLayer bound = Layers[i].Bound;
            bool shares = bound.IsView || (bound.CanRunInPlace && !HasGradients(i));
            slots[i] = shares ? slots[i + 1] : new Slot(Sizes[i]);
        }
        return slots;
    }

    // Without a way back nothing is read again: layers write two buffers in turn, or in place where they can.
    private Slot[] PlanTwoBuffers(ForwardCall[] calls)
    {
        Slot[] slots = new Slot[Layers.Length + 1];
        int widest = Sizes[1..].Max();
        Slot[] buffers = [new(widest), new(widest)];
        slots[0] = new Slot(Sizes[0]);
        int next = 0;
        for (int i = 0; i < Layers.Length; i++)
        {
            // A layer that is not called, a view or a ReLU that the layer before applies, leaves its values where they are; the last one,
            // which the loss may have taken over, is written while its input is read.
            bool isCalled = calls.Any(call => call.Layer == i) || i == ExecutedCount;
            bool inPlace = Layers[i].Bound.CanRunInPlace && slots[i] != slots[0] && i < ExecutedCount;
            slots[i + 1] = isCalled && !inPlace ? buffers[next] : slots[i];
            if (isCalled && !inPlace)
                next = 1 - next;
        }
        return slots;
    }

    /// <summary>A piece of memory: so many values a row, for the whole batch or for one block of rows a worker.</summary>
    internal sealed class Slot(int size)
    {
        internal int Size { get; } = size;

        internal bool IsWholeBatch { get; set; }

        /// <summary>Where it starts, once <see cref="Workspace"/> has laid out the memory.</summary>
        internal int Offset { get; set; }
    }
}
