using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>Sums of losses and metrics over rows, added in row order.</summary>
internal sealed class EpochSums(int metrics)
{
    internal double Loss { get; set; }

    internal double[] Metrics { get; } = new double[metrics];

    internal int Rows { get; set; }

    /// <summary>Adds the rows of a batch.</summary>
    /// <param name="lossSum">The sum of their losses.</param>
    /// <param name="head">Their metrics.</param>
    internal void Add<TTarget>(double lossSum, LossHead<TTarget> head)
        where TTarget : unmanaged
    {
        Loss += lossSum;
        for (int i = 0; i < Metrics.Length; i++)
            Metrics[i] += Sums.InOrder(head.RowMetrics(i));
        Rows += head.RowLosses.Length;
    }

    internal void Clear()
    {
        Loss = 0;
        Array.Clear(Metrics);
        Rows = 0;
    }

    /// <summary>The means: the sums divided by the number of rows.</summary>
    internal Evaluation Average<TTarget>(LossAndMetrics<TTarget> lossAndMetrics)
        where TTarget : unmanaged
    {
        MetricValue[] values = new MetricValue[Metrics.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = new MetricValue(lossAndMetrics.Metrics[i].Name, Metrics[i] / Rows);
        return new Evaluation(Loss / Rows, values);
    }
}
