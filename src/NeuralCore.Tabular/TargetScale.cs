using NeuralCore.Initializers;
using NeuralCore.Layers;

namespace NeuralCore.Tabular;

/// <summary>
/// The last layer of a model for regression: <c>y = mean + deviation x</c>, of the training targets, so that the network before it works
/// with values around 0 and predictions are in the target's unit. Neither is trained.
/// </summary>
internal sealed class TargetScale(float mean, float deviation, string? name = null) : Layer(name)
{
    internal const string FileKind = "TargetScale";

    private Parameter _mean = null!;
    private Parameter _deviation = null!;

    /// <summary>Learns from the training targets; constant ones have the deviation 1.</summary>
    internal static TargetScale Fit(ReadOnlySpan<float> targets)
    {
        double mean = 0;
        foreach (float target in targets)
            mean += target;
        mean /= targets.Length;
        double squares = 0;
        foreach (float target in targets)
            squares += (target - mean) * (target - mean);
        float deviation = (float)Math.Sqrt(squares / targets.Length);
        return new TargetScale((float)mean, deviation > 0 ? deviation : 1);
    }

    internal static TargetScale Create(LayerDescription _, string? name) => new(0, 1, name);

    /// <summary>Whether what a file brought can have been learned.</summary>
    internal bool IsSound => _deviation.Values[0] > 0;

    protected override Shape Build(Shape input, LayerBuilder builder)
    {
        _mean = builder.AddStatistic("mean", [1], new Constant(mean));
        _deviation = builder.AddStatistic("deviation", [1], new Constant(deviation));
        builder.BackwardReads = BackwardReads.None;
        builder.CanRunInPlace = true;
        return input;
    }

    protected override void Forward(in ForwardPass pass)
    {
        float shift = _mean.Values[0];
        float factor = _deviation.Values[0];
        for (int i = 0; i < pass.Output.Length; i++)
            pass.Output[i] = shift + factor * pass.Input[i];
    }

    protected override void Backward(in BackwardPass pass)
    {
        float factor = _deviation.Values[0];
        for (int i = 0; i < pass.InputGradient.Length; i++)
            pass.InputGradient[i] = factor * pass.OutputGradient[i];
    }

    protected override LayerDescription Describe() => new(FileKind);
}
