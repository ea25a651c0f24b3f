using NeuralCore.Initializers;
using NeuralCore.Layers;

namespace NeuralCore.Tests.Support;

/// <summary>
/// A user's layer that mixes rows: y = (x - mean(x)) g for each column, the mean over the batch, and a running mean for prediction.
/// </summary>
/// <remarks>Gradients: dx = g (dy - mean(dy)), dg = sum dy (x - mean(x)).</remarks>
internal sealed class BatchCentering(string? name = null) : Layer(name)
{
    private const int Mean = 0;
    private const int MeanGradient = 1;
    private const int Values = 2;

    private Parameter? _gain;
    private Parameter? _runningMean;

    internal int StatisticsUpdates { get; private set; }

    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        _gain = builder.AddParameter("gain", input, new Constant(1));
        _runningMean = builder.AddStatistic("mean", input, new Zeros());
        builder.BackwardReads = BackwardReads.Input;
        builder.ReduceOverBatch(Values);
        return input;
    }

    protected internal override void ReduceForward(in ReductionPass pass)
    {
        for (int j = 0; j < pass.Count; j++)
            pass.Reduced[j * Values + Mean] = MeanOf(pass.Input, pass, j);
    }

    protected internal override void ReduceBackward(in ReductionPass pass)
    {
        for (int j = 0; j < pass.Count; j++)
            pass.Reduced[j * Values + MeanGradient] = MeanOf(pass.OutputGradient, pass, j);
    }

    protected internal override void Forward(in ForwardPass pass)
    {
        int size = InputShape.Size;
        for (int i = 0; i < pass.Output.Length; i++)
        {
            float mean = pass.IsTraining ? pass.Reduced[i % size * Values + Mean] : _runningMean!.Values[i % size];
            pass.Output[i] = (pass.Input[i] - mean) * _gain!.Values[i % size];
        }
    }

    protected internal override void Backward(in BackwardPass pass)
    {
        int size = InputShape.Size;
        for (int i = 0; i < pass.InputGradient.Length; i++)
            pass.InputGradient[i] = (pass.OutputGradient[i] - pass.Reduced[i % size * Values + MeanGradient]) * _gain!.Values[i % size];
    }

    protected internal override void ComputeParameterGradients(in GradientPass pass)
    {
        int size = InputShape.Size;
        for (int j = 0; j < pass.Count; j++)
        {
            float sum = 0;
            for (int i = pass.Start + j; i < pass.Rows * size; i += size)
                sum += pass.OutputGradient[i] * (pass.Input[i] - pass.Reduced[(pass.Start + j) * Values + Mean]);
            pass.Gradient[j] = sum;
        }
    }

    protected internal override void UpdateStatistics(in StatisticsPass pass)
    {
        StatisticsUpdates++;
        for (int j = 0; j < InputShape.Size; j++)
            _runningMean!.Values[j] += (pass.Reduced[j * Values + Mean] - _runningMean.Values[j]) * 0.25f;
    }

    protected internal override LayerDescription Describe() => new("BatchCentering");

    private float MeanOf(ReadOnlySpan<float> values, in ReductionPass pass, int column)
    {
        int size = InputShape.Size;
        float sum = 0;
        for (int row = 0; row < pass.Rows; row++)
            sum += values[row * size + pass.Start + column];
        return sum / pass.Rows;
    }
}
