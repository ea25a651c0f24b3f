using NeuralCore.Layers;

namespace NeuralCore.Tabular;

/// <summary>
/// Bounds outliers without a kink: <c>y = x / sqrt(1 + (x / 3)²)</c>, nearly x around 0 and between -3 and 3 everywhere.
/// </summary>
/// <remarks>Gradient: <c>dx = dy / (1 + (x / 3)²)^1.5</c>. Source: Holzmüller et al. 2024 (RealMLP), section 3.</remarks>
internal sealed class SmoothClip(string? name = null) : Activation(name)
{
    internal const string FileKind = "SmoothClip";
    private const float InverseBoundSquared = 1f / 9;

    protected override Shape Build(Shape input, LayerBuilder builder)
    {
        builder.BackwardReads = BackwardReads.Input;
        return input;
    }

    protected override void Forward(in ForwardPass pass)
    {
        for (int i = 0; i < pass.Output.Length; i++)
        {
            float x = pass.Input[i];
            float square = x * x * InverseBoundSquared;
            // Beyond the root of the largest float, y is 3 to all digits.
            pass.Output[i] = float.IsInfinity(square) ? 3 * MathF.Sign(x) : x / MathF.Sqrt(1 + square);
        }
    }

    protected override void Backward(in BackwardPass pass)
    {
        for (int i = 0; i < pass.InputGradient.Length; i++)
        {
            float slope = 1 / (1 + pass.Input[i] * pass.Input[i] * InverseBoundSquared);
            pass.InputGradient[i] = pass.OutputGradient[i] * slope * MathF.Sqrt(slope);
        }
    }

    protected override LayerDescription Describe() => new(FileKind);
}
