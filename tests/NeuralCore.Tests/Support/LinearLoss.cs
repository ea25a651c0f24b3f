using NeuralCore.Losses;

namespace NeuralCore.Tests.Support;

/// <summary>
/// The mean prediction itself: with one row and one unit without bias, the kernel's gradient is the row whatever the weights are.
/// </summary>
internal sealed class LinearLoss : Loss<float>
{
    public override int TargetWidth(Shape prediction) => 1;

    protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
    {
    }

    protected internal override void Evaluate(in LossPass<float> pass)
    {
        for (int row = 0; row < pass.Rows; row++)
            pass.RowLosses[row] = pass.Predictions[row];
        if (!pass.Gradient.IsEmpty)
            pass.Gradient.Fill(pass.GradientScale);
    }
}
