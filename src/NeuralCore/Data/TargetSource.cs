using System.Diagnostics;

namespace NeuralCore.Data;

/// <summary>
/// The source of a data set's targets: <see cref="Count"/> rows of <see cref="Width"/> values each. The value type decides which losses
/// fit: <c>int</c> for class indices, <c>float</c> for one-hot rows and regression.
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
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
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

    /// <summary>
    /// The number of classes, which every class index is below; null where the targets have no classes or the source does not know.
    /// </summary>
    public virtual int? ClassCount => null;

    /// <summary>Copies targets: target <c>rows[r]</c> goes to <c>destination[r * Width ..]</c>. Thread-safe.</summary>
    /// <param name="rows">The samples wanted, each from 0 to <see cref="Count"/> - 1, in any order, repeats allowed.</param>
    /// <param name="destination">At least <c>rows.Length * Width</c> values; the rest is left unchanged.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the source.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public abstract void Gather(ReadOnlySpan<int> rows, Span<TTarget> destination);

    /// <summary>The class of a sample, for <see cref="Split.Stratified"/>.</summary>
    /// <param name="row">The sample.</param>
    /// <exception cref="ArgumentOutOfRangeException">The row is not in the source.</exception>
    /// <exception cref="NotSupportedException">The targets have no classes.</exception>
    public virtual int ClassOf(int row) =>
        throw new NotSupportedException(
            $"{GetType().Name} has no classes. Use Split.Shuffled or Split.Tail, or override {nameof(ClassOf)}.");

    /// <summary>
    /// Whether the values stay readable as long as this object lives. True for arrays; a file behind a user's source may disappear.
    /// </summary>
    internal virtual bool IsInMemory => false;

    /// <summary>Checks the arguments of <see cref="Gather"/>; for implementations to call first.</summary>
    /// <param name="rows">The samples wanted.</param>
    /// <param name="destination">Where they go.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the source.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    protected void CheckGather(ReadOnlySpan<int> rows, ReadOnlySpan<TTarget> destination) =>
        RowChecks.CheckGather(rows, Count, Width, destination.Length);

    /// <summary>The source's type, the number of samples and the width of a target.</summary>
    public override string ToString() => $"{GetType().Name}: {Count} x {Width}";
}
