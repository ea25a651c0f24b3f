using System.Diagnostics;

namespace NeuralCore.Data;

/// <summary>
/// Where the targets of a data set come from: <see cref="Count"/> rows of <see cref="Width"/> values each. The value's type says
/// which losses fit: <c>int</c> for class indices, <c>float</c> for one-hot rows and regression.
/// </summary>
/// <typeparam name="TTarget">The type of one target value.</typeparam>
/// <remarks><see cref="Gather"/> is called from several worker threads at once and must be thread-safe.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public abstract class TargetSource<TTarget>
    where TTarget : unmanaged
{
    /// <summary>States how many targets there are and how wide each is.</summary>
    /// <param name="count">The number of samples; not negative.</param>
    /// <param name="width">The number of values in one target; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    protected TargetSource(int count, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Count = count;
        Width = width;
    }

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>The number of values in one target: 1 for a class index, the number of classes for a one-hot row.</summary>
    public int Width { get; }

    /// <summary>The number of classes, when the source knows it: every class is below it. Null for other targets.</summary>
    public virtual int? ClassCount => null;

    /// <summary>
    /// Copies targets out, one after the other: target <c>rows[r]</c> goes to <c>destination[r * Width ..]</c>. Thread-safe.
    /// </summary>
    /// <param name="rows">The samples wanted, each from 0 to <see cref="Count"/> - 1, in any order, repeats allowed.</param>
    /// <param name="destination">At least <c>rows.Length * Width</c> values; what lies beyond is left alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the source.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public abstract void Gather(ReadOnlySpan<int> rows, Span<TTarget> destination);

    /// <summary>The class of a sample, which <see cref="Split.Stratified"/> balances.</summary>
    /// <param name="row">The sample.</param>
    /// <exception cref="ArgumentOutOfRangeException">The row is not in the source.</exception>
    /// <exception cref="NotSupportedException">The targets have no classes.</exception>
    public virtual int ClassOf(int row) =>
        throw new NotSupportedException(
            $"{GetType().Name} knows no classes. Use Split.Shuffled or Split.Tail, or override {nameof(ClassOf)}.");

    /// <summary>Whether the values can be read for as long as this object lives. Arrays can; a file behind a source of the user's own may be gone.</summary>
    internal virtual bool HoldsItsValues => false;

    /// <summary>Checks the arguments of <see cref="Gather"/>; for implementations to call first.</summary>
    /// <param name="rows">The samples wanted.</param>
    /// <param name="destination">Where they go.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the source.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    protected void CheckGather(ReadOnlySpan<int> rows, ReadOnlySpan<TTarget> destination) =>
        RowChecks.CheckGather(rows, Count, Width, destination.Length);

    /// <summary>The kind of source, the number of samples and the width of a target.</summary>
    public override string ToString() => $"{GetType().Name}: {Count} x {Width}";
}
