using NeuralCore.Layers;

namespace NeuralCore.Models;

/// <summary>Pools the workspaces of predictions for reuse.</summary>
internal sealed class PredictionPool(IReadOnlyList<Layer> layers, int inputSize)
{
    private readonly ExecutionPlan _plan = ExecutionPlan.ForPrediction(layers, inputSize);

    // One for each processor; further threads allocate workspaces that are not pooled.
    private readonly Workspace?[] _free = new Workspace?[Environment.ProcessorCount];

    internal Workspace Rent()
    {
        for (int i = 0; i < _free.Length; i++)
        {
            if (_free[i] is not null && Interlocked.Exchange(ref _free[i], null) is { } workspace)
                return workspace;
        }
        return Workspace.ForPrediction(_plan);
    }

    internal void Return(Workspace workspace)
    {
        for (int i = 0; i < _free.Length; i++)
        {
            if (_free[i] is null && Interlocked.CompareExchange(ref _free[i], workspace, null) is null)
                return;
        }
    }
}
