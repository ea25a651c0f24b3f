using NeuralCore.Data;
using NeuralCore.Diagnostics;

namespace NeuralCore.Training;

/// <summary>After a fit with a log: says there whether the data of an evaluation is on another scale than the training data.</summary>
internal sealed class EvaluationCheck(TextWriter log, FeatureProfile training)
{
    internal void Run(FeatureSource evaluation)
    {
        List<Finding> findings = [];
        ScaleCheck.Run(training, FeatureProfile.Of(evaluation), findings);
        foreach (Finding finding in findings)
            log.WriteLine(finding);
    }
}
