using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Tests.Support;

/// <summary>
/// The truth that the library's gradients are measured against: a model in double precision, row by row. It is itself checked against
/// differences in
/// <see cref="NaiveNetworkTests"/>.
/// </summary>
internal sealed class NaiveNetwork
{
    private readonly NaiveLayer[] _layers;
    private readonly bool _fromLogits;
    private readonly int _inputSize;

    /// <summary>Copies a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="fromLogits">Whether the loss takes what the last layer gives as logits.</param>
    internal NaiveNetwork(Sequential model, bool fromLogits = false)
    {
        int dropouts = 0;
        _layers = model.ExpandedLayers.Select(layer => NaiveLayer.Of(layer, model.Seed, layer is Dropout ? dropouts++ : 0)).ToArray();
        _fromLogits = fromLogits;
        _inputSize = model.InputShape.Size;
    }

    internal IEnumerable<NaiveParameter> Parameters => _layers.SelectMany(layer => layer.Parameters);

    /// <summary>The mean loss of a training batch.</summary>
    internal double Loss(double[] input, double[] targets, ulong step = 0)
    {
        int rows = input.Length / _inputSize;
        return Enumerable.Range(0, rows).Sum(row =>
            RowLoss(Run(RowOf(input, row, rows), row, step)[^1], RowOf(targets, row, rows)).Loss) / rows;
    }

    /// <summary>The mean loss, and all gradients: the parameters' in themselves, the input's returned.</summary>
    internal (double Loss, double[] InputGradient) Gradients(double[] input, double[] targets, ulong step = 0)
    {
        int rows = input.Length / _inputSize;
        foreach (NaiveParameter parameter in Parameters)
            Array.Clear(parameter.Gradient);
        double sum = 0;
        List<double> inputGradient = [];
        for (int row = 0; row < rows; row++)
        {
            double[][] tensors = Run(RowOf(input, row, rows), row, step);
            (double loss, double[] gradient) = RowLoss(tensors[^1], RowOf(targets, row, rows));
            sum += loss;
            gradient = Array.ConvertAll(gradient, value => value / rows);
            for (int i = _layers.Length - 1; i >= 0; i--)
                gradient = _layers[i].Backward(tensors[i], tensors[i + 1], gradient, row, step);
            inputGradient.AddRange(gradient);
        }
        return (sum / rows, inputGradient.ToArray());
    }

    /// <summary>How near any ReLU's input is to its kink.</summary>
    internal double DistanceFromKinks(double[] input, ulong step = 0)
    {
        int rows = input.Length / _inputSize;
        double nearest = double.PositiveInfinity;
        for (int row = 0; row < rows; row++)
        {
            double[][] tensors = Run(RowOf(input, row, rows), row, step);
            for (int i = 0; i < _layers.Length; i++)
            {
                if (_layers[i] is NaiveReLU)
                    nearest = Math.Min(nearest, tensors[i].Min(Math.Abs));
            }
        }
        return nearest;
    }

    private static double[] RowOf(double[] values, int row, int rows) =>
        values[(row * (values.Length / rows))..((row + 1) * (values.Length / rows))];

    private double[][] Run(double[] x, int row, ulong step)
    {
        List<double[]> tensors = [x];
        foreach (NaiveLayer layer in _layers)
            tensors.Add(layer.Forward(tensors[^1], row, step));
        return tensors.ToArray();
    }

    private (double Loss, double[] Gradient) RowLoss(double[] last, double[] target) =>
        _fromLogits ? NaiveLoss.Logits(last, target) : NaiveLoss.Probabilities(last, target);
}
