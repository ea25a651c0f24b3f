using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Metrics;

/// <summary>
/// The share of rows whose largest prediction stands at the target's class; the first of equals counts. For class indices and one-hot rows alike.
/// </summary>
public sealed unsafe class Accuracy : IMetric<int>, IMetric<float>
{
    /// <inheritdoc/>
    public string Name => "accuracy";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(in MetricPass<int> pass)
    {
        int classes = pass.Predictions.Length / pass.Rows;
        fixed (float* predictions = &MemoryMarshal.GetReference(pass.Predictions))
        {
            for (int row = 0; row < pass.Rows; row++)
                pass.RowValues[row] = Reductions.ArgMax(predictions + (nint)row * classes, classes) == pass.Targets[row] ? 1 : 0;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(in MetricPass<float> pass)
    {
        int classes = pass.Predictions.Length / pass.Rows;
        fixed (float* predictions = &MemoryMarshal.GetReference(pass.Predictions), targets = &MemoryMarshal.GetReference(pass.Targets))
        {
            for (int row = 0; row < pass.Rows; row++)
            {
                nint start = (nint)row * classes;
                pass.RowValues[row] = Reductions.ArgMax(predictions + start, classes) == Reductions.ArgMax(targets + start, classes) ? 1 : 0;
            }
        }
    }
}
