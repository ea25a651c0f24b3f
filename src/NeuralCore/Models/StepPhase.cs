namespace NeuralCore.Models;

/// <summary>What a phase of a training step does.</summary>
internal enum PhaseKind
{
    Pack,
    Rows,
    Reduce,
    Gradients,
    Norm,
    Update,
}

/// <summary>A phase of a training step; all workers finish it before any starts the next.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Index">For rows: the part of the plan.</param>
/// <param name="Layer">For a reduction: the layer.</param>
/// <param name="IsBackward">For a reduction: whether it belongs to the backward pass.</param>
internal sealed record StepPhase(PhaseKind Kind, int Index = 0, int Layer = 0, bool IsBackward = false)
{
    /// <summary>
    /// The phases of a step, in order. Each layer that reduces over the batch splits the rows, in the forward and in the backward pass.
    /// </summary>
    internal static StepPhase[] Of(ExecutionPlan plan, bool needsGradientNorm, bool hasPanels)
    {
        List<StepPhase> phases = [];
        if (hasPanels)
            phases.Add(new StepPhase(PhaseKind.Pack));
        int part = 0;
        foreach (int layer in plan.Reductions)
        {
            phases.Add(new StepPhase(PhaseKind.Rows, part++));
            phases.Add(new StepPhase(PhaseKind.Reduce, Layer: layer));
        }
        phases.Add(new StepPhase(PhaseKind.Rows, part++));
        foreach (int layer in plan.Reductions.Reverse())
        {
            // Neither its input's gradient nor that of any preceding layer is needed.
            if (!plan.NeedsInputGradient(layer) && !plan.HasGradients(layer))
                break;
            phases.Add(new StepPhase(PhaseKind.Reduce, Layer: layer, IsBackward: true));
            phases.Add(new StepPhase(PhaseKind.Rows, part++));
        }
        phases.Add(new StepPhase(PhaseKind.Gradients));
        if (needsGradientNorm)
            phases.Add(new StepPhase(PhaseKind.Norm));
        phases.Add(new StepPhase(PhaseKind.Update));
        return phases.ToArray();
    }
}
