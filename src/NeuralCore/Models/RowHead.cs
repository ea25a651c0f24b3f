namespace NeuralCore.Models;

/// <summary>What follows a network's last layer: a loss and metrics, or what a gradient check puts in their place.</summary>
internal abstract class RowHead
{
    /// <summary>Evaluates a block of rows.</summary>
    /// <param name="worker">Whose memory of blocks is used.</param>
    /// <param name="first">The block's first row in the batch.</param>
    /// <param name="rows">The block's rows.</param>
    /// <param name="last">What the last layer that was called gives.</param>
    /// <param name="predictions">What the network gives: the same memory, or to be filled where the head takes over the last layer.</param>
    /// <param name="gradient">To be filled with the gradient with respect to <paramref name="last"/>; empty where nobody wants it.</param>
    /// <returns>Whether the way back may begin: what was evaluated is finite.</returns>
    internal abstract bool Evaluate(
        int worker, int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<float> gradient);
}
