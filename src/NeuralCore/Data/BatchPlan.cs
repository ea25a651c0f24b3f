using System.Diagnostics;

namespace NeuralCore.Data;

/// <summary>
/// Which rows make up each batch of an epoch. Holds one order of the rows, rewritten at the start of every epoch; a batch is a slice of it,
/// so taking one allocates nothing.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class BatchPlan
{
    private readonly int[] _order;

    /// <summary>Plans the batches of an epoch of rows 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="count">The rows of an epoch.</param>
    /// <param name="batchSize">Rows in a batch. If there are fewer rows than that, the only batch is smaller.</param>
    /// <param name="dropLast">Whether to leave out a last batch that is not full.</param>
    internal BatchPlan(int count, int batchSize, bool dropLast = false)
    {
        if (count < 1)
            throw new ArgumentException("There are no samples to make batches of.", nameof(count));
        if (batchSize < 1)
            throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, $"The batch size is at least 1, got {batchSize}.");
        if (dropLast && count < batchSize)
        {
            throw new ArgumentException(
                $"{count} samples do not fill one batch of {batchSize}, and dropping the last batch leaves none.", nameof(batchSize));
        }
        _order = Dataset.FirstRows(count);
        BatchSize = batchSize;
        BatchCount = count / batchSize + (!dropLast && count % batchSize != 0 ? 1 : 0);
    }

    /// <summary>Rows in a full batch.</summary>
    internal int BatchSize { get; }

    /// <summary>Batches in an epoch, a smaller last one included unless it is dropped.</summary>
    internal int BatchCount { get; }

    /// <summary>All rows of the data.</summary>
    internal int SampleCount => _order.Length;

    /// <summary>The rows of the largest batch, for sizing workspaces.</summary>
    internal int LargestBatch => Math.Min(BatchSize, _order.Length);

    /// <summary>Rows in an epoch, without those of a dropped batch.</summary>
    internal int SamplesPerEpoch => Math.Min(_order.Length, (int)Math.Min((long)BatchCount * BatchSize, int.MaxValue));

    /// <summary>The rows of a batch; valid until the next epoch begins.</summary>
    internal ReadOnlySpan<int> this[int batch]
    {
        get
        {
            if ((uint)batch >= (uint)BatchCount)
                throw new ArgumentOutOfRangeException(nameof(batch), batch, $"Expected a batch from 0 to {BatchCount - 1}, got {batch}.");
            int start = batch * BatchSize;
            return _order.AsSpan(start, Math.Min(BatchSize, _order.Length - start));
        }
    }

    /// <summary>
    /// Begins an epoch: resets the order to 0, 1, 2, ... and returns it for the caller to shuffle in place before taking a batch. Every
    /// shuffle starts from that order, never from the last epoch's, so an epoch's order depends on its random stream alone and a fit can
    /// resume at any epoch.
    /// </summary>
    internal Span<int> BeginEpoch()
    {
        Dataset.Number(_order, first: 0);
        return _order;
    }

    public override string ToString() => $"{BatchCount} batches of {BatchSize} from {_order.Length} rows";
}
