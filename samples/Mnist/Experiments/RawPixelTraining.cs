using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Training;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>
/// The other interpretation of the report's raw pixels: training on 0..255 as well. It uses the settings of the basic model's own run, and
/// either stops at a loss that is not finite or ends at chance level.
/// </summary>
internal static class RawPixelTraining
{
    /// <summary>Trains and tests on raw pixels.</summary>
    internal static RawTraining Run(MnistImages images, RunSettings settings, CancellationToken cancellation)
    {
        Sequential model = settings.Experiment.BuildModel(settings.Seed);
        Dataset<int> training = images.Training.As(model.InputShape, scale: 1);
        using Trainer<int> trainer = model.Compile(
            settings.Experiment.CreateOptimizer(), new SparseCategoricalCrossEntropy(), new Accuracy());
        try
        {
            trainer.Fit(training, new()
            {
                Epochs = settings.Epochs,
                BatchSize = settings.BatchSize,
                Threads = settings.Threads,
                CancellationToken = cancellation,
            });
        }
        catch (NonFiniteException e)
        {
            return new RawTraining(e.Step, null, null);
        }
        Evaluation test = trainer.Evaluate(images.Test.As(model.InputShape, scale: 1), settings.Threads, cancellation);
        return new RawTraining(null, double.IsFinite(test.Loss) ? test.Loss : null, test.Accuracy);
    }
}
