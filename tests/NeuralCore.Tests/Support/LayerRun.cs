using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Tests.Support;

/// <summary>A layer alone, run as a training step runs it: forward, back, gradients; nothing is updated but statistics.</summary>
internal sealed class LayerRun
{
    private readonly Sequential _model;
    private readonly ExecutionPlan _plan;
    private readonly Workspace _workspace;
    private readonly int _rows;

    internal LayerRun(Layer layer, Shape input, int rows)
    {
        _model = new Sequential(input, [layer], seed: 1);
        _rows = rows;
        _plan = ExecutionPlan.ForTraining(_model.ExpandedLayers, input.Size, wantsInputGradient: true);
        _workspace = new Workspace(_plan, _model.Store.Values.Length, rows, rows, workers: 1);
    }

    internal Sequential Model => _model;

    internal Parameter this[string name] => _model.Parameters.Single(parameter => parameter.Name == name);

    internal float[] Forward(float[] input)
    {
        input.CopyTo(_workspace.Activation(0, 0, 0, _rows));
        for (int part = 0; part < _plan.PartCount; part++)
        {
            if (part > 0)
                _workspace.Reduce(0, isBackward: false, 0, input.Length / _rows, _rows, 0);
            _workspace.Forward(part, 0, 0, _rows, step: 0, _workspace.Activation(0, 0, 0, _rows));
        }
        return _workspace.Activation(_plan.Layers.Length, 0, 0, _rows).ToArray();
    }

    /// <summary>The input's gradient; the parameters' are in <see cref="Gradient"/> after it.</summary>
    internal float[] Backward(float[] outputGradient)
    {
        outputGradient.CopyTo(_workspace.Gradient(_plan.Layers.Length, 0, 0, _rows));
        if (_plan.Reductions.Length > 0)
            _workspace.Reduce(0, isBackward: true, 0, _model.InputShape.Size, _rows, 0);
        _workspace.Backward(_plan.Reductions.Length, 0, 0, _rows, step: 0);
        foreach (Parameter parameter in _model.Parameters.Where(parameter => parameter.IsTrainable))
            _workspace.ComputeParameterGradients(0, parameter, 0, parameter.Slices, _rows);
        if (_plan.Reductions.Length > 0)
            _workspace.UpdateStatistics(0, _rows);
        return _workspace.Gradient(0, 0, 0, _rows).ToArray();
    }

    internal float[] Gradient(string name) =>
        _workspace.ParameterGradients.Span.Slice(this[name].Offset, this[name].Shape.Size).ToArray();
}
