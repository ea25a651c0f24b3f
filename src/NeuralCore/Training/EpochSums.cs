using NeuralCore.Metrics;
using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>The sum of losses and the states of metrics over rows, which are added in order.</summary>
internal sealed class EpochSums(MetricState[] metrics)
{
    internal double Loss { get; set; }

    internal MetricState[] Metrics => metrics;

    internal int Rows { get; set; }

    /// <summary>The first metric's figure so far; NaN without metrics, and for one that needs all rows together.</summary>
    internal double FirstMetric => metrics.Length > 0 && metrics[0].IsCheap ? metrics[0].Result(Rows) : double.NaN;

    /// <summary>Makes room for rows, so that adding them allocates nothing.</summary>
    internal void Reserve(int rows)
    {
        foreach (MetricState metric in metrics)
            metric.Reserve(rows);
    }

    /// <summary>Adds the rows of a batch.</summary>
    /// <param name="lossSum">The sum of their losses.</param>
    /// <param name="head">Their metrics.</param>
    internal void Add<TTarget>(double lossSum, LossHead<TTarget> head)
        where TTarget : unmanaged
    {
        Loss += lossSum;
        for (int i = 0; i < metrics.Length; i++)
            metrics[i].Add(head.RowMetrics(i));
        Rows += head.RowLosses.Length;
    }

    internal void Clear()
    {
        Loss = 0;
        foreach (MetricState metric in metrics)
            metric.Clear();
        Rows = 0;
    }

    /// <summary>The mean loss and the metrics' figures.</summary>
    internal Evaluation Result<TTarget>(LossAndMetrics<TTarget> lossAndMetrics)
        where TTarget : unmanaged
    {
        MetricValue[] values = new MetricValue[metrics.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = new MetricValue(lossAndMetrics.Metrics[i].Name, metrics[i].Result(Rows));
        return new Evaluation(Loss / Rows, values);
    }

    /// <summary>The sum of losses, followed by the metrics' states.</summary>
    internal double[] Save() => [Loss, .. metrics.SelectMany(metric => metric.Values.ToArray())];

    /// <summary>Restores what was saved after a number of rows; the caller has checked the lengths.</summary>
    internal void Load(ReadOnlySpan<double> saved, int rows)
    {
        Rows = rows;
        Loss = saved[0];
        int start = 1;
        foreach (MetricState metric in metrics)
        {
            int length = (int)metric.LengthAfter(rows);
            metric.Load(saved.Slice(start, length));
            start += length;
        }
    }
}
