namespace NeuralCore.Models;

/// <summary>What a phase of a training step does.</summary>
internal enum PhaseKind
{
    Pack,
    Rows,
    Reduce,
    Gradients,
    Penalty,
    Norm,
    Update,
    Constrain,
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
    /// <param name="plan">The plan.</param>
    /// <param name="needsGradientNorm">Whether the optimizer reads the norm of the gradients.</param>
    /// <param name="hasPanels">Whether there is something to pack.</param>
    /// <param name="hasPenalties">Whether a parameter has a regularizer.</param>
    /// <param name="hasConstraints">Whether a parameter has a constraint.</param>
    internal static StepPhase[] Of(
        ExecutionPlan plan, bool needsGradientNorm, bool hasPanels, bool hasPenalties = false, bool hasConstraints = false)
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
        if (hasPenalties)
            phases.Add(new StepPhase(PhaseKind.Penalty));
        if (needsGradientNorm)
            phases.Add(new StepPhase(PhaseKind.Norm));
        phases.Add(new StepPhase(PhaseKind.Update));
        if (hasConstraints)
            phases.Add(new StepPhase(PhaseKind.Constrain));
        return phases.ToArray();
    }
}
