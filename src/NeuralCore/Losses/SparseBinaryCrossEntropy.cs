using System.Runtime.CompilerServices;

namespace NeuralCore.Losses;

/// <summary>
/// Binary cross-entropy with the target given as a class index, 0 or 1: <c>-log y</c> for class 1 and <c>-log(1 - y)</c> for class 0, y
/// being the one output of the network, the probability of class 1.
/// </summary>
/// <remarks>
/// The bits are those of <see cref="BinaryCrossEntropy"/> with targets 0 and 1; it is fused with a sigmoid in the same way.
/// </remarks>
public sealed class SparseBinaryCrossEntropy : BinaryLoss<int>
{
    private const int ChunkRows = 256;

    /// <summary>Describes the loss.</summary>
    /// <param name="fromLogits">Whether the network ends without a sigmoid, so that its predictions are logits.</param>
    public SparseBinaryCrossEntropy(bool fromLogits = false)
        : base(fromLogits)
    {
    }

    /// <inheritdoc/>
    public override int TargetWidth(Shape prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return prediction.Size == 1
            ? 1
            : throw new ShapeException(
                $"{Name}: expects one output, the probability of class 1, got predictions {prediction}. "
                + $"End the network with a Dense of one unit, or use {nameof(SparseCategoricalCrossEntropy)} "
                + "for one output for each class.");
    }

    /// <inheritdoc/>
    protected internal override void CheckTargets(ReadOnlySpan<int> targets, Shape prediction, int firstRow)
    {
        int position = targets.IndexOfAnyExceptInRange(0, 1);
        if (position >= 0)
            throw new ArgumentException(
                $"{Name}: the label of row {firstRow + position} is {targets[position]}, but the classes of one output are 0 and 1. "
                + $"For more classes use {nameof(SparseCategoricalCrossEntropy)}.");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Run(
        bool fromLogits, ReadOnlySpan<float> x, Span<float> outputs, ReadOnlySpan<int> targets, Span<float> gradient,
        Span<double> losses, int rows, float scale)
    {
        Span<float> values = stackalloc float[ChunkRows];
        for (int row = 0; row < rows; row += ChunkRows)
        {
            int count = Math.Min(ChunkRows, rows - row);
            for (int i = 0; i < count; i++)
                values[i] = targets[row + i];
            RunFloats(
                fromLogits, x.Slice(row, count), outputs.IsEmpty ? default : outputs.Slice(row, count), values[..count],
                gradient.IsEmpty ? default : gradient.Slice(row, count), losses.Slice(row, count), count, scale);
        }
    }
}
