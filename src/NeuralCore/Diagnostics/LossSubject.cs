using System.Diagnostics.CodeAnalysis;
using NeuralCore.Losses;

namespace NeuralCore.Diagnostics;

/// <summary>A loss alone: its mean over rows as a function of the predictions.</summary>
internal sealed class LossSubject<TTarget> : GradientSubject
    where TTarget : unmanaged
{
    private readonly Loss<TTarget> _loss;
    private readonly float[] _predictions;
    private readonly TTarget[] _targets;
    private readonly double[] _weights;
    private readonly int _size;

    [SetsRequiredMembers]
    internal LossSubject(Loss<TTarget> loss, int size, float[] predictions, TTarget[] targets)
    {
        _loss = loss;
        _predictions = predictions;
        _targets = targets;
        _size = size;
        _weights = new double[predictions.Length / size];
        Array.Fill(_weights, 1.0 / _weights.Length);
        Tensors = [new VariedTensor("predictions", predictions)];
    }

    internal override ReadOnlySpan<double> Weights => _weights;

    internal override void Evaluate(Span<double> outputs) => Run(0, _weights.Length, outputs, default);

    internal override void ClaimGradients() => Run(0, _weights.Length, new double[_weights.Length], Tensors[0].Claimed);

    internal override string? FindSplitDifference()
    {
        int rows = _weights.Length;
        double[] losses = new double[rows];
        double[] splitLosses = new double[rows];
        float[] gradient = new float[_predictions.Length];
        float[] splitGradient = new float[_predictions.Length];
        Run(0, rows, losses, gradient);
        for (int row = 0; row < rows; row++)
            Run(row, 1, splitLosses.AsSpan(row, 1), splitGradient.AsSpan(row * _size, _size));
        for (int row = 0; row < rows; row++)
        {
            if (BitConverter.DoubleToInt64Bits(losses[row]) != BitConverter.DoubleToInt64Bits(splitLosses[row]))
            {
                return FormattableString.Invariant(
                    $"row {row}'s loss is {losses[row]:G17} with all rows in one block and {splitLosses[row]:G17} alone.");
            }
        }
        return FirstDifference("the gradient", gradient, splitGradient);
    }

    private void Run(int first, int rows, Span<double> losses, Span<float> gradient)
    {
        int width = _targets.Length / _weights.Length;
        _loss.Evaluate(new LossPass<TTarget>
        {
            Rows = rows,
            Predictions = _predictions.AsSpan(first * _size, rows * _size),
            Targets = _targets.AsSpan(first * width, rows * width),
            RowLosses = losses,
            Gradient = gradient,
            GradientScale = 1f / _weights.Length,
        });
    }
}
