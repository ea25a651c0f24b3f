using NeuralCore.Layers;

namespace NeuralCore.Models;

/// <summary>Keeps the workspaces of finished predictions for the next ones.</summary>
internal sealed class PredictionPool(IReadOnlyList<Layer> layers, int inputSize)
{
    private readonly ExecutionPlan _plan = ExecutionPlan.ForPrediction(layers, inputSize);

    // As many as there are processors: more threads than that make their own and drop them.
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
