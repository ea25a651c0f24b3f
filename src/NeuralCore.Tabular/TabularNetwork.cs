using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Training;

namespace NeuralCore.Tabular;

/// <summary>The network of the presets and its training.</summary>
/// <remarks>
/// The recipe follows RealMLP's simplified defaults (Holzmüller, Grinsztajn, Steinwart 2024, "Better by default", arXiv 2407.04491) where
/// that helped on small tables: robust scaling, smooth clipping, a scaling layer that learns six times as fast, SELU or Mish, a last layer
/// that starts at 0, Adam with β2 = 0.95. Decision 22 says what was left out.
/// </remarks>
internal static class TabularNetwork
{
    private const float ScaleMultiplier = 6;
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;
    private const int StepsPerEpoch = 4;
    private const int SmallestBatch = 32;
    private const int LargestBatch = 256;

    /// <summary>How files of these models rebuild the layers that are not the core's.</summary>
    internal static LayerFactory Layers { get; } = LayerFactory.BuiltIn
        .With(TableInput.FileKind, TableInput.Create)
        .With(RobustScaler.FileKind, RobustScaler.Create)
        .With(SmoothClip.FileKind, (_, name) => new SmoothClip(name))
        .With(FeatureScale.FileKind, FeatureScale.Create)
        .With(TargetScale.FileKind, TargetScale.Create);

    /// <summary>Builds a model whose last layers are those given.</summary>
    /// <param name="schema">What it reads.</param>
    /// <param name="inputs">The training inputs, for medians and scales.</param>
    /// <param name="activation">Makes a hidden layer's activation.</param>
    /// <param name="last">The layers after the hidden ones.</param>
    /// <param name="options">Widths and seed.</param>
    internal static Sequential Build(
        TableSchema schema, float[] inputs, Func<Activation> activation, Layer[] last, TabularOptions options) => new(
        [schema.Width],
        [
            .. TableInput.For(schema),
            new Imputer(ImputeStrategy.Median).Fit(new ArrayFeatures(inputs, [schema.Width])),
            RobustScaler.Fit(inputs, schema.Width),
            new SmoothClip(),
            new FeatureScale(ScaleMultiplier),
            .. options.Hidden.Select(units => new Dense(units, activation())),
            .. last,
        ],
        options.Seed,
        "tabular");

    internal static TrainedOn Train<TTarget>(
        Sequential model, TableDataset<TTarget> table, Loss<TTarget> loss, IMetric<TTarget> metric, TabularOptions options)
        where TTarget : unmanaged
    {
        Dataset<TTarget> data = table.Data;
        using Trainer<TTarget> trainer = model.Compile(new Adam(options.LearningRate, Beta1, Beta2), loss, metric);
        // At the first learning rate: the last one is near 0.
        IReadOnlyList<Finding> findings = trainer.Diagnose(data);
        TrainingHistory history = trainer.Fit(data, new()
        {
            Epochs = options.Epochs,
            BatchSize = options.BatchSize ?? Math.Clamp(data.Count / StepsPerEpoch, SmallestBatch, LargestBatch),
            Schedule = new CosineDecay(ScheduleDuration.OfEpochs(options.Epochs)),
            Threads = options.Threads,
            Callbacks = options.Callbacks,
            Progress = options.Progress,
            Log = options.Log,
            CancellationToken = options.CancellationToken,
        });
        return new TrainedOn(table.LeftOut, history, findings);
    }
}
