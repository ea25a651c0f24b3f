using NeuralCore.Data;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Optimizers;

namespace NeuralCore.Tests.Support;

/// <summary>A user's layer, y = x + b, in each of whose passes a test may do what it likes.</summary>
internal sealed class FaultyLayer : Layer
{
    internal Action? OnPack { get; set; }

    internal Action? OnForward { get; set; }

    internal Action? OnBackward { get; set; }

    internal Action? OnGradients { get; set; }

    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        builder.AddParameter("shift", input, new Zeros());
        builder.DeclarePacking(panels: 3, floats: 16);
        return input;
    }

    protected internal override void Pack(in PackPass pass) => OnPack?.Invoke();

    protected internal override void Forward(in ForwardPass pass)
    {
        OnForward?.Invoke();
        ReadOnlySpan<float> shift = Parameters[0].Values;
        for (int i = 0; i < pass.Output.Length; i++)
            pass.Output[i] = pass.Input[i] + shift[i % shift.Length];
    }

    protected internal override void Backward(in BackwardPass pass)
    {
        OnBackward?.Invoke();
        pass.OutputGradient.CopyTo(pass.InputGradient);
    }

    protected internal override void ComputeParameterGradients(in GradientPass pass)
    {
        OnGradients?.Invoke();
        pass.Gradient.Clear();
        int size = pass.Parameter.Shape.Size;
        for (int row = 0; row < pass.Rows; row++)
        {
            for (int i = 0; i < pass.Gradient.Length; i++)
                pass.Gradient[i] += pass.OutputGradient[row * size + pass.Start + i];
        }
    }

    protected internal override LayerDescription Describe() => new("Faulty");
}

internal sealed class FaultySource(FeatureSource inner, Action onGather) : FeatureSource(inner.Count, inner.Shape)
{
    public override void Gather(ReadOnlySpan<int> rows, Span<float> destination)
    {
        onGather();
        inner.Gather(rows, destination);
    }
}

internal sealed class FaultyLoss(Action onEvaluate) : Loss<int>
{
    private readonly SparseCategoricalCrossEntropy _inner = new();

    public override int TargetWidth(Shape prediction) => _inner.TargetWidth(prediction);

    protected internal override void CheckTargets(ReadOnlySpan<int> targets, Shape prediction, int firstRow) =>
        _inner.CheckTargets(targets, prediction, firstRow);

    protected internal override void Evaluate(in LossPass<int> pass)
    {
        onEvaluate();
        _inner.Evaluate(pass);
    }
}

internal sealed class FaultyMetric(Action onEvaluate) : IMetric<int>
{
    public string Name => "faulty";

    public void Evaluate(in MetricPass<int> pass)
    {
        onEvaluate();
        pass.RowValues.Clear();
    }
}

internal sealed class FaultyOptimizer(Action onUpdate) : Optimizer(0.01f)
{
    protected internal override bool Update(in UpdatePass pass)
    {
        onUpdate();
        for (int i = 0; i < pass.Values.Length; i++)
            pass.Values[i] -= pass.LearningRate * pass.Gradients[i];
        return true;
    }
}
