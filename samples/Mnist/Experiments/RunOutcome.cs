using NeuralCore.Models;
using NeuralCore.Training;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>The results of one run.</summary>
/// <param name="Settings">The settings of the run.</param>
/// <param name="Model">The trained network.</param>
/// <param name="History">Loss and accuracy of each epoch.</param>
/// <param name="TrainingTime">How long the fit took; for a resumed run, the time of all its epochs.</param>
/// <param name="Test">The test with pixels scaled to 0..1, as in training.</param>
/// <param name="RawTest">The test with raw pixels 0..255; only for the basic model.</param>
internal sealed record RunOutcome(
    RunSettings Settings,
    Sequential Model,
    TrainingHistory History,
    TimeSpan TrainingTime,
    Evaluation Test,
    Evaluation? RawTest);
