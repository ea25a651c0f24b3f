using NeuralCore.Data;
using NeuralCore.Models;

namespace NeuralCore.Diagnostics;

/// <summary>The training doctor: runs the checks and collects what they find. docs/training-doctor.md describes each.</summary>
/// <remarks>Every check reads a sample of bounded size. It is not called at all unless a log or a diagnosis is asked for.</remarks>
internal sealed class Doctor<TTarget>
    where TTarget : unmanaged
{
    private readonly Sequential _model;
    private readonly LossAndMetrics<TTarget>? _lossAndMetrics;
    private readonly Dataset<TTarget> _training;

    /// <param name="model">The model.</param>
    /// <param name="lossAndMetrics">Its loss and metrics; null without training.</param>
    /// <param name="training">The data that it is trained on.</param>
    internal Doctor(Sequential model, LossAndMetrics<TTarget>? lossAndMetrics, Dataset<TTarget> training)
    {
        _model = model;
        _lossAndMetrics = lossAndMetrics;
        _training = training;
        Updates = new UpdateRatios(model);
    }

    // A loss of weighted rows, or one with penalties of weights, is on another scale than a guess.
    private bool LossIsOfTargetsAlone =>
        _lossAndMetrics is not null && _training.Weights.IsEmpty && _model.Parameters.All(parameter => parameter.Regularizer is null);

    /// <summary>What was found, in the order of the checks.</summary>
    internal List<Finding> Findings { get; } = [];

    /// <summary>What the training data's features are like; null before <see cref="CheckData"/>.</summary>
    internal FeatureProfile? TrainingFeatures { get; private set; }

    /// <summary>Measures steps.</summary>
    internal UpdateRatios Updates { get; }

    /// <summary>Checks the data, and whether loss and metrics suit it: before training.</summary>
    /// <param name="evaluation">The validation or test data; null without.</param>
    internal void CheckData(Dataset<TTarget>? evaluation)
    {
        FeatureProfile features = FeatureProfile.Of(_training.Features);
        TrainingFeatures = features;
        FeatureCheck.Run(features, _model.ExpandedLayers, Findings);
        if (evaluation is not null)
        {
            ScaleCheck.Run(features, FeatureProfile.Of(evaluation.Features), Findings);
            DuplicateCheck.Run(_training.Features, evaluation.Features, Findings);
        }
        TargetProfile targets = TargetProfile.Of(_training.Targets);
        LabelCheck.Run(targets, _model.OutputShape, _lossAndMetrics?.Loss.Name, Findings);
        OutputCheck.CheckLayers(_model.ExpandedLayers, Findings);
        if (_lossAndMetrics is not null)
            OutputCheck.CheckMetrics(targets, _lossAndMetrics.Metrics.Select(metric => metric.Name), Findings);
    }

    /// <summary>Checks the outputs of the layers: after training.</summary>
    internal void CheckLayers()
    {
        LayerOutputs.Visit(_model, _training.Features, (layer, output, rows) =>
        {
            DeadUnits.Run(layer, output, rows, Findings);
            // Compile has checked the layers that say what they give.
            if (_lossAndMetrics is not null && layer == _model.ExpandedLayers[^1] && layer.GivesProbabilities is null)
                OutputCheck.CheckOutputs(_lossAndMetrics.Loss, output, rows, Findings);
        });
    }

    /// <summary>Reports a trial step that failed, unless a value of the data is known to be the cause.</summary>
    internal void ReportNonFinite(string message)
    {
        if (Findings.Exists(finding => finding.Code == "NC004"))
            return;
        Findings.Add(new Finding(
            "NC009", Severity.Error, $"A trial step failed. {message}", "Lower the learning rate; scale the features and the targets."));
    }

    /// <summary>Checks what training has come to, and the steps that were measured.</summary>
    /// <param name="loss">The training loss; NaN before training.</param>
    /// <param name="steps">How many steps were taken.</param>
    /// <param name="learningRate">The learning rate.</param>
    internal void CheckTraining(double loss, long steps, float learningRate)
    {
        GuessCheck? guess = LossIsOfTargetsAlone ? GuessCheck.Of(_lossAndMetrics!.Loss, _model.OutputShape, _training.Targets) : null;
        guess?.Run(loss, steps, Findings);
        Updates.Run(learningRate, loss, guess, Findings);
    }
}
