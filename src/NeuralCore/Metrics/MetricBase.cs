namespace NeuralCore.Metrics;

/// <summary>What the library's metrics have in common: the defaults of <see cref="IMetric"/>, for them to override.</summary>
public abstract class MetricBase : IMetric
{
    private protected MetricBase(string name) => Name = name;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public virtual string Settings => Name;

    /// <inheritdoc/>
    public virtual bool HigherIsBetter => true;

    /// <inheritdoc/>
    public virtual bool KeepsRows => false;

    /// <inheritdoc/>
    public virtual int RowWidth(Shape prediction) => 1;

    /// <inheritdoc/>
    public virtual int StateLength(Shape prediction) => RowWidth(prediction);

    /// <inheritdoc/>
    public virtual void Accumulate(ReadOnlySpan<double> rowValues, Span<double> state) => RowSums.Add(rowValues, state);

    /// <inheritdoc/>
    public virtual double Result(ReadOnlySpan<double> state, int rows) => state[0] / rows;

    /// <summary>The metric with its settings.</summary>
    public override string ToString() => Settings;
}
