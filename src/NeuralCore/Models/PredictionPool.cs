using NeuralCore.Layers;

namespace NeuralCore.Models;

/// <summary>Keeps the workspaces of finished predictions for the next ones.</summary>
internal sealed class PredictionPool(IReadOnlyList<Layer> layers, int inputSize)
{
    // As many as there are processors: more threads than that make their own and drop them.
    private readonly PredictionWorkspace?[] _free = new PredictionWorkspace?[Environment.ProcessorCount];

    internal PredictionWorkspace Rent()
    {
        for (int i = 0; i < _free.Length; i++)
        {
            if (_free[i] is not null && Interlocked.Exchange(ref _free[i], null) is { } workspace)
                return workspace;
        }
        return new PredictionWorkspace(layers, inputSize);
    }

    internal void Return(PredictionWorkspace workspace)
    {
        for (int i = 0; i < _free.Length; i++)
        {
            if (_free[i] is null && Interlocked.CompareExchange(ref _free[i], workspace, null) is null)
                return;
        }
    }
}
