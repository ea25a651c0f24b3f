using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Losses;

/// <summary>
/// The common part of the losses that compare each prediction with a target of its own: <c>1/n Σ_j l(y_j, t_j)</c> for a row of n
/// predictions y and n targets t, as in Keras and PyTorch's <c>mean</c>. Predictions may have any shape.
/// </summary>
public abstract unsafe class ElementwiseLoss : Loss<float>
{
    private protected ElementwiseLoss()
    {
    }

    /// <inheritdoc/>
    public sealed override int TargetWidth(Shape prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return prediction.Size;
    }

    /// <inheritdoc/>
    protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        FiniteTargets.Check(this, targets, prediction.Size, firstRow);
    }

    private protected static void Run<TLoss>(TLoss loss, in LossPass<float> pass)
        where TLoss : struct, IElementwiseLoss
    {
        fixed (float* y = &MemoryMarshal.GetReference(pass.Predictions), t = &MemoryMarshal.GetReference(pass.Targets),
            dy = &MemoryMarshal.GetReference(pass.Gradient))
        fixed (double* losses = &MemoryMarshal.GetReference(pass.RowLosses))
        {
            ElementwiseLossKernel.Run(
                loss, y, t, null, dy, losses, pass.Rows, pass.Predictions.Length / pass.Rows, pass.GradientScale);
        }
    }
}
