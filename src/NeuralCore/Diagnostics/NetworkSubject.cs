using System.Diagnostics.CodeAnalysis;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;

namespace NeuralCore.Diagnostics;

/// <summary>Layers, run by the same plan and workspace as in training; what stands behind the last one is the subclass's.</summary>
internal abstract class NetworkSubject : GradientSubject
{
    private readonly Sequential _model;
    private readonly ExecutionPlan _plan;
    private readonly TrainingWorkspace _workspace;
    private readonly float[] _input;
    private readonly int _rows;

    [SetsRequiredMembers]
    protected NetworkSubject(Sequential model, float[] input, bool fusesLast)
    {
        _model = model;
        _input = input;
        _rows = input.Length / model.InputShape.Size;
        _plan = new ExecutionPlan(model.Running, model.InputShape.Size, fusesLast, wantsInputGradient: true);
        _workspace = new TrainingWorkspace(_plan, model.Store, _rows, _rows, workers: 1);
        List<VariedTensor> tensors = [new("input", input)];
        foreach (Parameter parameter in model.Parameters.Where(p => p.IsTrainable))
            tensors.Add(new VariedTensor(parameter.FullName, model.Store.Values.Memory.Slice(parameter.Offset, parameter.Shape.Size)));
        Tensors = tensors;
    }

    /// <summary>The number of rows.</summary>
    protected int Rows => _rows;

    /// <summary>How many outputs a row has in the projection.</summary>
    protected abstract int OutputsPerRow { get; }

    internal override void Evaluate(Span<double> outputs)
    {
        Prepare();
        RunForward(0, _rows, outputs, default);
    }

    internal override void ClaimGradients()
    {
        RunAll(splitRows: false, new double[_rows * OutputsPerRow], Tensors[0].Claimed);
        for (int i = 1; i < Tensors.Count; i++)
            ParameterGradient(i).CopyTo(Tensors[i].Claimed);
    }

    internal override string? FindSplitDifference()
    {
        double[] outputs = new double[_rows * OutputsPerRow];
        double[] splitOutputs = new double[outputs.Length];
        float[] inputGradient = new float[_input.Length];
        float[] splitInputGradient = new float[_input.Length];

        RunAll(splitRows: false, outputs, inputGradient);
        float[] gradients = _workspace.ParameterGradients.Span.ToArray();
        RunAll(splitRows: true, splitOutputs, splitInputGradient);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (BitConverter.DoubleToInt64Bits(outputs[i]) != BitConverter.DoubleToInt64Bits(splitOutputs[i]))
            {
                return FormattableString.Invariant(
                    $"output [{i}] is {outputs[i]:G9} with all rows in one block and {splitOutputs[i]:G9} in another split. A row's result must not depend on the rows beside it.");
            }
        }
        if (FirstDifference("the input's gradient", inputGradient, splitInputGradient) is { } inputDifference)
            return inputDifference;
        foreach (Parameter parameter in _model.Parameters.Where(p => p.IsTrainable))
        {
            ReadOnlySpan<float> whole = gradients.AsSpan(parameter.Offset, parameter.Shape.Size);
            if (FirstDifference($"the gradient of {parameter.FullName}", whole, _workspace.ParameterGradients.Span.Slice(parameter.Offset, parameter.Shape.Size)) is { } difference)
                return difference;
        }
        return null;
    }

    /// <summary>Turns the last layer's output of a block into outputs of the projection, and fills the gradient where it is wanted.</summary>
    /// <param name="first">The block's first row.</param>
    /// <param name="rows">The block's rows.</param>
    /// <param name="last">The output of the last layer that was called.</param>
    /// <param name="predictions">Room for the output of a fused layer.</param>
    /// <param name="outputs">To be filled.</param>
    /// <param name="gradient">To be filled with the gradient with respect to <paramref name="last"/>; empty when only the outputs are wanted.</param>
    protected abstract void Finish(int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<double> outputs, Span<float> gradient);

    private Span<float> ParameterGradient(int tensor)
    {
        Parameter parameter = _model.Parameters.Where(p => p.IsTrainable).ElementAt(tensor - 1);
        return _workspace.ParameterGradients.Span.Slice(parameter.Offset, parameter.Shape.Size);
    }

    private void Prepare()
    {
        for (int layer = 0; layer < _plan.Layers.Length; layer++)
        {
            for (int panel = 0; _plan.IsPrepared(layer) && panel < _plan.Layers[layer].Bound.Panels; panel++)
                _workspace.Prepare(layer, panel);
        }
    }

    private void RunForward(int first, int rows, Span<double> outputs, Span<float> gradient)
    {
        int size = _model.InputShape.Size;
        _input.AsSpan(first * size, rows * size).CopyTo(_workspace.Activation(0, 0, first, rows));
        _workspace.Begin(_workspace.Samples(0, first, rows));
        _workspace.Forward(0, first, rows, step: 0, _workspace.Samples(0, first, rows));
        int last = _plan.Layers.Length;
        Finish(first, rows, _workspace.Activation(_plan.Called, 0, first, rows), _workspace.Activation(last, 0, first, rows), outputs, gradient);
    }

    // Either in one block with whole parameters, or in the most uneven splits: the first row alone, then the rest; slices of one.
    private void RunAll(bool splitRows, double[] outputs, float[] inputGradient)
    {
        Prepare();
        int size = _model.InputShape.Size;
        for (int first = 0; first < _rows;)
        {
            int rows = !splitRows ? _rows : first == 0 ? 1 : _rows - first;
            Span<double> block = outputs.AsSpan(first * OutputsPerRow, rows * OutputsPerRow);
            RunForward(first, rows, block, _workspace.Gradient(_plan.Called, 0, first, rows));
            _workspace.Backward(0, first, rows, step: 0);
            _workspace.Gradient(0, 0, first, rows).CopyTo(inputGradient.AsSpan(first * size, rows * size));
            first += rows;
        }
        for (int layer = 0; layer < _plan.Layers.Length; layer++)
        {
            foreach (Parameter parameter in _plan.Layers[layer].Parameters.Where(p => p.IsTrainable))
            {
                int count = splitRows ? 1 : parameter.Slices;
                for (int start = 0; start < parameter.Slices; start += count)
                    _workspace.AccumulateGradients(layer, parameter, start, count, _rows);
            }
        }
    }
}

/// <summary>A layer: a random projection of its outputs as a function of its input and parameters.</summary>
internal sealed class LayerSubject : NetworkSubject
{
    private readonly float[] _projection;
    private readonly double[] _weights;

    [SetsRequiredMembers]
    internal LayerSubject(Sequential model, float[] input, float[] projection)
        : base(model, input, fusesLast: false)
    {
        _projection = projection;
        _weights = Array.ConvertAll(projection, weight => (double)weight);
        OutputsPerRow = model.OutputShape.Size;
    }

    internal override ReadOnlySpan<double> Weights => _weights;

    protected override int OutputsPerRow { get; }

    protected override void Finish(int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<double> outputs, Span<float> gradient)
    {
        for (int i = 0; i < last.Length; i++)
            outputs[i] = last[i];
        if (!gradient.IsEmpty)
            _projection.AsSpan(first * OutputsPerRow, rows * OutputsPerRow).CopyTo(gradient);
    }
}

/// <summary>A model and its loss: the mean loss as a function of the input and all parameters.</summary>
internal sealed class ModelSubject<TTarget> : NetworkSubject
    where TTarget : unmanaged
{
    private readonly Loss<TTarget> _loss;
    private readonly FusedLoss<TTarget>? _fused;
    private readonly TTarget[] _targets;
    private readonly double[] _weights;

    [SetsRequiredMembers]
    internal ModelSubject(Sequential model, Loss<TTarget> loss, float[] input, TTarget[] targets)
        : base(model, input, loss.FuseWith(model.Running[^1]) is not null)
    {
        _loss = loss;
        _fused = loss.FuseWith(model.Running[^1]);
        _targets = targets;
        _weights = new double[Rows];
        Array.Fill(_weights, 1.0 / Rows);
    }

    internal override ReadOnlySpan<double> Weights => _weights;

    protected override int OutputsPerRow => 1;

    protected override void Finish(int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<double> outputs, Span<float> gradient)
    {
        int width = _targets.Length / Rows;
        ReadOnlySpan<TTarget> targets = _targets.AsSpan(first * width, rows * width);
        if (_fused is not null)
        {
            _fused.Evaluate(new FusedLossPass<TTarget>
            {
                Rows = rows,
                LayerInput = last,
                Predictions = predictions,
                Targets = targets,
                RowLosses = outputs,
                LayerInputGradient = gradient,
                GradientScale = 1f / Rows,
            });
            return;
        }
        _loss.Evaluate(new LossPass<TTarget> { Rows = rows, Predictions = last, Targets = targets, RowLosses = outputs, Gradient = gradient, GradientScale = 1f / Rows });
    }
}
