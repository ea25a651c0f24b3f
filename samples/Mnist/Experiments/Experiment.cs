using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Optimizers;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>The part of the report that an experiment belongs to.</summary>
internal enum ExperimentGroup
{
    Basic,
    Baseline,
    Categorical,
    Sparse,
}

/// <summary>The form of the loss's targets: class indices or one-hot rows.</summary>
internal enum LossKind
{
    Sparse,
    Categorical,
}

/// <summary>The optimizer, with Keras' default settings.</summary>
internal enum OptimizerKind
{
    Sgd,
    Adam,
}

/// <summary>One experiment of the report.</summary>
/// <param name="Id">Its name on the command line.</param>
/// <param name="Group">The part of the report.</param>
/// <param name="Title">The report's name for it.</param>
/// <param name="Hidden">The widths of the hidden layers, each Dense with ReLU.</param>
/// <param name="Dropout">The rate of the dropout after the last hidden layer; 0 for none.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Optimizer">The optimizer.</param>
/// <param name="Epochs">Epochs of the published run.</param>
/// <param name="BatchSize">Samples in a step of the published run.</param>
/// <param name="ReportLoss">The published test loss, with its published precision.</param>
/// <param name="ReportAccuracy">The published test accuracy, likewise.</param>
internal sealed record Experiment(
    string Id,
    ExperimentGroup Group,
    string Title,
    IReadOnlyList<int> Hidden,
    double Dropout,
    LossKind Loss,
    OptimizerKind Optimizer,
    int Epochs,
    int BatchSize,
    decimal ReportLoss,
    decimal ReportAccuracy)
{
    internal const int Classes = 10;
    internal const int ImageSide = 28;

    /// <summary>Whether the published figures come from raw test pixels 0..255 although training saw 0..1.</summary>
    internal bool WasTestedOnRawPixels => Group == ExperimentGroup.Basic;

    /// <summary>The network's input shape. Only the basic model flattens the images itself; the others get them flat.</summary>
    internal Shape InputShape => Group == ExperimentGroup.Basic ? [ImageSide, ImageSide] : [ImageSide * ImageSide];

    /// <summary>The widths as the report writes them: <c>128-128</c>.</summary>
    internal string Widths => string.Join('-', Hidden);

    /// <summary>The network with its initial weights.</summary>
    internal Sequential BuildModel(long seed, string name = "sequential")
    {
        List<Layer> layers = [];
        if (InputShape.Rank > 1)
            layers.Add(new Flatten());
        layers.AddRange(Hidden.Select(width => new Dense(width, new ReLU())));
        if (Dropout > 0)
            layers.Add(new Dropout(Dropout));
        layers.Add(new Dense(Classes, new Softmax()));
        return new Sequential(InputShape, layers, seed, name);
    }

    /// <summary>The optimizer with Keras' defaults.</summary>
    internal Optimizer CreateOptimizer() => Optimizer switch
    {
        OptimizerKind.Sgd => new Sgd(0.01f),
        OptimizerKind.Adam => new Adam(0.001f, 0.9, 0.999, 1e-7),
        _ => throw new InvalidOperationException($"{Id} has no optimizer."),
    };
}
