using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;

namespace NeuralCore.Diagnostics;

/// <summary>Layers, run by the same plan, workspace and runner as in training; a subclass defines what follows the last layer.</summary>
/// <remarks>
/// Layers that mix rows run as in training, with each reduction over the whole batch between two parts of the rows. Splits of rows and
/// columns must not change a bit there either.
/// </remarks>
internal abstract unsafe class NetworkSubject<TTarget> : GradientSubject
    where TTarget : unmanaged
{
    private readonly Sequential _model;
    private readonly ExecutionPlan _plan;
    private readonly Workspace _workspace;
    private readonly Batch<TTarget> _batch;
    private readonly RowRunner<TTarget> _runner;
    private readonly StepPhase[] _phases;
    private readonly float[] _input;

    [SetsRequiredMembers]
    protected NetworkSubject(Sequential model, float[] input, bool fusesLast)
    {
        _model = model;
        // Pinned, since the batch holds a pointer to it.
        _input = GC.AllocateUninitializedArray<float>(input.Length, pinned: true);
        input.CopyTo(_input, 0);
        Rows = input.Length / model.InputShape.Size;
        _plan = ExecutionPlan.ForTraining(model.ExpandedLayers, model.InputShape.Size, fusesLast, wantsInputGradient: true);
        _workspace = new Workspace(_plan, model.Store.Values.Length, Rows, Rows, workers: 1);
        _batch = new Batch<TTarget>(Rows, model.InputShape.Size, targetWidth: 0);
        _runner = new RowRunner<TTarget>(_plan, _workspace, _batch, new Head(this));
        _phases = StepPhase.Of(_plan, needsGradientNorm: false, hasPanels: true);
        List<VariedTensor> tensors = [new("input", _input)];
        foreach (Parameter parameter in model.Parameters.Where(p => p.IsTrainable))
            tensors.Add(new VariedTensor(parameter.FullName, model.Store.Values.Memory.Slice(parameter.Offset, parameter.Shape.Size)));
        Tensors = tensors;
    }

    /// <summary>The number of rows.</summary>
    protected int Rows { get; }

    /// <summary>How many outputs a row has in the projection.</summary>
    protected abstract int OutputsPerRow { get; }

    // Where the current run's head writes its outputs, and whether it computes a gradient.
    private double[] Outputs { get; set; } = [];

    private bool WantsGradient { get; set; }

    internal override void Evaluate(Span<double> outputs)
    {
        double[] found = new double[outputs.Length];
        Run(splits: false, found, inputGradient: null);
        found.CopyTo(outputs);
    }

    internal override void ClaimGradients()
    {
        Run(splits: false, new double[Rows * OutputsPerRow], Tensors[0].Claimed);
        for (int i = 1; i < Tensors.Count; i++)
            ParameterGradient(i).CopyTo(Tensors[i].Claimed);
    }

    internal override string? FindSplitDifference()
    {
        double[] outputs = new double[Rows * OutputsPerRow];
        double[] splitOutputs = new double[outputs.Length];
        float[] inputGradient = new float[_input.Length];
        float[] splitInputGradient = new float[_input.Length];

        Run(splits: false, outputs, inputGradient);
        float[] gradients = _workspace.ParameterGradients.Span.ToArray();
        Run(splits: true, splitOutputs, splitInputGradient);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (BitConverter.DoubleToInt64Bits(outputs[i]) != BitConverter.DoubleToInt64Bits(splitOutputs[i]))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"output [{i}] is {outputs[i]:G9} with all rows in one block and {splitOutputs[i]:G9} in another split. "
                    + $"A row's result must not depend on the rows beside it.");
            }
        }
        if (FirstDifference("the input's gradient", inputGradient, splitInputGradient) is { } inputDifference)
            return inputDifference;
        foreach (Parameter parameter in _model.Parameters.Where(p => p.IsTrainable))
        {
            ReadOnlySpan<float> whole = gradients.AsSpan(parameter.Offset, parameter.Shape.Size);
            ReadOnlySpan<float> split = _workspace.ParameterGradients.Span.Slice(parameter.Offset, parameter.Shape.Size);
            if (FirstDifference($"the gradient of {parameter.FullName}", whole, split) is { } difference)
                return difference;
        }
        return null;
    }

    /// <summary>Turns the last layer's output of a block into outputs of the projection, and fills the gradient if it is needed.</summary>
    /// <param name="first">The block's first row.</param>
    /// <param name="rows">The block's rows.</param>
    /// <param name="last">The output of the last layer that was called.</param>
    /// <param name="predictions">Memory for the output of a fused layer.</param>
    /// <param name="outputs">To be filled.</param>
    /// <param name="gradient">
    /// To be filled with the gradient with respect to <paramref name="last"/>; empty when only the outputs are needed.
    /// </param>
    protected abstract void Finish(
        int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<double> outputs, Span<float> gradient);

    private Span<float> ParameterGradient(int tensor)
    {
        Parameter parameter = _model.Parameters.Where(p => p.IsTrainable).ElementAt(tensor - 1);
        return _workspace.ParameterGradients.Span.Slice(parameter.Offset, parameter.Shape.Size);
    }

    // The phases of a training step without the update: in one block with whole parameters, or in the most uneven split (the first row,
    // then the rest; columns and slices one by one). Without a gradient, only the forward pass.
    private void Run(bool splits, double[] outputs, float[]? inputGradient)
    {
        Outputs = outputs;
        WantsGradient = inputGradient is not null;
        _batch.Take((float*)Unsafe.AsPointer(ref _input[0]), null, null, Rows);
        _runner.Begin(step: 0, skipZeros: true, WantsGradient);
        foreach (StepPhase phase in _phases)
        {
            switch (phase.Kind)
            {
                case PhaseKind.Pack:
                    PackAll();
                    break;
                case PhaseKind.Rows when WantsGradient || phase.Index < _plan.PartCount:
                    RunRows(phase.Index, splits, inputGradient);
                    break;
                case PhaseKind.Reduce when WantsGradient || !phase.IsBackward:
                    ForEachPart(_plan.Sizes[phase.Layer], splits, (start, count) =>
                        _workspace.Reduce(phase.Layer, phase.IsBackward, start, count, Rows, worker: 0));
                    break;
                case PhaseKind.Gradients when WantsGradient:
                    ComputeParameterGradients(splits);
                    break;
                default:
                    break;
            }
        }
    }

    private void PackAll()
    {
        for (int layer = 0; layer < _plan.Layers.Length; layer++)
        {
            for (int panel = 0; _plan.IsPacked[layer] && panel < _plan.Layers[layer].Bound.Panels; panel++)
                _workspace.Pack(layer, panel);
        }
    }

    private void RunRows(int part, bool splits, float[]? inputGradient)
    {
        int size = _model.InputShape.Size;
        for (int first = 0; first < Rows;)
        {
            int rows = !splits ? Rows : first == 0 ? 1 : Rows - first;
            _runner.Run(part, worker: 0, first, rows);
            if (part == 2 * (_plan.PartCount - 1) && inputGradient is not null)
                _workspace.Gradient(0, 0, first, rows).CopyTo(inputGradient.AsSpan(first * size, rows * size));
            first += rows;
        }
    }

    private void ComputeParameterGradients(bool splits)
    {
        for (int layer = 0; layer < _plan.Layers.Length; layer++)
        {
            int current = layer;
            foreach (Parameter parameter in _plan.Layers[layer].Parameters.Where(p => p.IsTrainable))
            {
                ForEachPart(parameter.Slices, splits, (start, count) =>
                    _workspace.ComputeParameterGradients(current, parameter, start, count, Rows));
            }
        }
    }

    private static void ForEachPart(int length, bool splits, Action<int, int> action)
    {
        int count = splits ? 1 : length;
        for (int start = 0; start < length; start += count)
            action(start, count);
    }

    private sealed class Head(NetworkSubject<TTarget> subject) : RowHead
    {
        internal override bool Evaluate(
            int worker, int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<float> gradient)
        {
            Span<double> outputs = subject.Outputs.AsSpan(first * subject.OutputsPerRow, rows * subject.OutputsPerRow);
            subject.Finish(first, rows, last, predictions, outputs, subject.WantsGradient ? gradient : default);
            return true;
        }
    }
}

/// <summary>A layer: a random projection of its outputs as a function of its input and parameters.</summary>
internal sealed class LayerSubject : NetworkSubject<float>
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

    protected override void Finish(
        int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<double> outputs, Span<float> gradient)
    {
        for (int i = 0; i < last.Length; i++)
            outputs[i] = last[i];
        if (!gradient.IsEmpty)
            _projection.AsSpan(first * OutputsPerRow, rows * OutputsPerRow).CopyTo(gradient);
    }
}

/// <summary>A model and its loss: the mean loss as a function of the input and all parameters.</summary>
internal sealed class ModelSubject<TTarget> : NetworkSubject<TTarget>
    where TTarget : unmanaged
{
    private readonly LossAndMetrics<TTarget> _lossAndMetrics;
    private readonly TTarget[] _targets;
    private readonly double[] _weights;

    [SetsRequiredMembers]
    internal ModelSubject(Sequential model, Loss<TTarget> loss, float[] input, TTarget[] targets)
        : base(model, input, loss.FuseWith(model.ExpandedLayers[^1]) is not null)
    {
        _lossAndMetrics = new LossAndMetrics<TTarget>(
            loss, loss.FuseWith(model.ExpandedLayers[^1]), [], targets.Length / Rows, model.OutputShape);
        _targets = targets;
        _weights = new double[Rows];
        Array.Fill(_weights, 1.0 / Rows);
    }

    internal override ReadOnlySpan<double> Weights => _weights;

    protected override int OutputsPerRow => 1;

    protected override void Finish(
        int first, int rows, ReadOnlySpan<float> last, Span<float> predictions, Span<double> outputs, Span<float> gradient)
    {
        int width = _lossAndMetrics.TargetWidth;
        ReadOnlySpan<TTarget> targets = _targets.AsSpan(first * width, rows * width);
        _lossAndMetrics.Evaluate(rows, last, predictions, targets, outputs, gradient, gradientScale: 1f / Rows);
    }
}
