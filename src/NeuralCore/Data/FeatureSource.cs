using System.Diagnostics;

namespace NeuralCore.Data;

/// <summary>
/// Where the inputs of a data set come from: <see cref="Count"/> rows of <see cref="Shape"/> values each, read by index.
/// Derive from it to stream samples from a file or a database, so that data need not fit in memory.
/// </summary>
/// <remarks>
/// <see cref="Gather(ReadOnlySpan{int}, Span{float})"/> is called from several worker threads at once, each with its own
/// rows and destination: an
/// implementation holds no state that a call changes, or guards it. The same row must give the same values every time. It runs within a
/// step or an evaluation, so it must not predict with the model or evaluate it: during a fit that throws.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public abstract class FeatureSource
{
    /// <summary>States how many samples there are and what each looks like.</summary>
    /// <param name="count">The number of samples; not negative.</param>
    /// <param name="shape">The shape of one sample.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    protected FeatureSource(int count, Shape shape)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentNullException.ThrowIfNull(shape);
        Count = count;
        Shape = shape;
    }

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>The shape of one sample.</summary>
    public Shape Shape { get; }

    /// <summary>
    /// Copies samples out, one after the other: sample <c>rows[r]</c> goes to <c>destination[r * Shape.Size ..]</c>,
    /// row-major. Thread-safe.
    /// </summary>
    /// <param name="rows">The samples wanted, each from 0 to <see cref="Count"/> - 1, in any order, repeats allowed.</param>
    /// <param name="destination">At least <c>rows.Length * Shape.Size</c> values; what lies beyond is left alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the source.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public abstract void Gather(ReadOnlySpan<int> rows, Span<float> destination);

    /// <summary>
    /// Copies samples out for a training step. By default what <see cref="Gather(ReadOnlySpan{int}, Span{float})"/> gives; a source that
    /// augments its samples overrides this one and gives variants of them, so that evaluations and predictions read them unchanged.
    /// Thread-safe; the same row and epoch must give the same values every time, so that a fit can resume.
    /// </summary>
    /// <param name="rows">The samples wanted, as above.</param>
    /// <param name="destination">Where they go, as above.</param>
    /// <param name="epoch">How many epochs the trainer has completed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the source.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public virtual void Gather(ReadOnlySpan<int> rows, Span<float> destination, int epoch) => Gather(rows, destination);

    /// <summary>What the source changes about samples in training, as a checkpoint states it; null for nothing.</summary>
    internal virtual string? Augmentation => null;

    /// <summary>Finds the source that holds rows itself, and where they are in it: this one, unless it only points into another.</summary>
    /// <param name="rows">Rows of this source.</param>
    /// <param name="resolved">To be filled: the same rows in the source returned.</param>
    internal virtual FeatureSource Resolve(ReadOnlySpan<int> rows, Span<int> resolved)
    {
        rows.CopyTo(resolved);
        return this;
    }

    /// <summary>
    /// Whether the values can be read for as long as this object lives. Arrays can; a file behind a source of the user's own may be gone.
    /// </summary>
    internal virtual bool IsInMemory => false;

    /// <summary>All samples where they are in memory; empty, by default, where they are not.</summary>
    internal virtual SampleMemory Memory => default;

    /// <summary>Copies rows into a source in memory.</summary>
    /// <param name="rows">One sample in each row.</param>
    /// <exception cref="ArgumentException">There are no rows, or a row has no values.</exception>
    public static implicit operator FeatureSource(float[,] rows) => ArrayRows.Features(rows);

    /// <summary>Rounds rows to floats in a source in memory.</summary>
    /// <param name="rows">One sample in each row.</param>
    /// <exception cref="ArgumentException">There are no rows, a row has no values, or a value exceeds a float's range.</exception>
    public static implicit operator FeatureSource(double[,] rows) => ArrayRows.Features(rows);

    /// <summary>Copies rows into a source in memory.</summary>
    /// <param name="rows">One sample in each row, as many values in each.</param>
    /// <exception cref="ArgumentException">There are no rows, a row has no values, or rows differ in length.</exception>
    public static implicit operator FeatureSource(float[][] rows) => ArrayRows.Features(rows);

    /// <summary>Rounds rows to floats in a source in memory.</summary>
    /// <param name="rows">One sample in each row, as many values in each.</param>
    /// <exception cref="ArgumentException">
    /// There are no rows, a row has no values, rows differ in length, or a value exceeds a float's range.
    /// </exception>
    public static implicit operator FeatureSource(double[][] rows) => ArrayRows.Features(rows);

    /// <summary>Checks the arguments of <see cref="Gather(ReadOnlySpan{int}, Span{float})"/>; for implementations to call first.</summary>
    /// <param name="rows">The samples wanted.</param>
    /// <param name="destination">Where they go.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the source.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    protected void CheckGather(ReadOnlySpan<int> rows, ReadOnlySpan<float> destination) =>
        RowChecks.CheckGather(rows, Count, Shape.Size, destination.Length);

    /// <summary>The kind of source, the number of samples and their shape.</summary>
    public override string ToString() => $"{GetType().Name}: {Count} x {Shape}";
}
