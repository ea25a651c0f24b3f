using NeuralCore.Numerics;
using NeuralCore.Optimizers;

namespace NeuralCore.Training;

/// <summary>What an optimizer keeps between steps: its slots, in the layout of the parameters, and its step state.</summary>
internal sealed unsafe class OptimizerState
{
    private readonly AlignedBuffer[] _slots;
    private readonly nint[] _pointers;

    internal OptimizerState(Optimizer optimizer, int length)
    {
        _slots = new AlignedBuffer[optimizer.Slots.Count];
        _pointers = new nint[_slots.Length];
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i] = new AlignedBuffer(length);
            _pointers[i] = (nint)_slots[i].Pointer;
        }
        StepState = new double[optimizer.StepStateLength];
        optimizer.ResetStepState(StepState);
    }

    internal IReadOnlyList<AlignedBuffer> Slots => _slots;

    internal ReadOnlySpan<nint> SlotPointers => _pointers;

    internal double[] StepState { get; }
}
