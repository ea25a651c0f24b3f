namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>All 24 experiments of the report "Basic Neural Networks: MNIST" (October 2023), in its order, with its figures.</summary>
internal static class ExperimentTable
{
    internal const string BasicId = "basic";
    internal const string BaselineId = "baseline";

    // Id, group, title; hidden widths, dropout, loss, optimizer, epochs, batch size, published loss, published accuracy.
    // "Decrease neurons in 1st layer" changes two widths at once, as published.
    internal static IReadOnlyList<Experiment> All { get; } =
    [
        new(
            "basic", ExperimentGroup.Basic, "Basic MNIST model",
            [300, 100], 0, LossKind.Sparse, OptimizerKind.Sgd, 20, 512, 35.08m, 0.91m),
        new(
            "baseline", ExperimentGroup.Baseline, "MNIST baseline model",
            [128, 128], 0.25, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.07m, 0.981m),
        new(
            "categorical-baseline", ExperimentGroup.Categorical, "Baseline",
            [128, 128], 0.25, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.073m, 0.979m),
        new(
            "categorical-1", ExperimentGroup.Categorical, "Decrease neurons in 2nd layer",
            [128, 100], 0.25, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.071m, 0.979m),
        new(
            "categorical-2", ExperimentGroup.Categorical, "Increase neurons in 2nd layer",
            [128, 156], 0.25, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.073m, 0.979m),
        new(
            "categorical-3", ExperimentGroup.Categorical, "Increase neurons in 1st layer",
            [156, 128], 0.25, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.074m, 0.979m),
        new(
            "categorical-4", ExperimentGroup.Categorical, "Decrease neurons in 1st layer",
            [100, 156], 0.25, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.073m, 0.979m),
        new(
            "categorical-5", ExperimentGroup.Categorical, "Increase neurons in 1st and 2nd layer",
            [156, 156], 0.25, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.070m, 0.980m),
        new(
            "categorical-6", ExperimentGroup.Categorical, "Increase 1st layer and decrease 2nd layer",
            [156, 100], 0.25, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.072m, 0.979m),
        new(
            "categorical-7", ExperimentGroup.Categorical, "Increase dropout to 50%",
            [128, 128], 0.5, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.071m, 0.980m),
        new(
            "categorical-8", ExperimentGroup.Categorical, "Increase dropout to 50% and neurons on both layers",
            [156, 156], 0.5, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.073m, 0.980m),
        new(
            "categorical-9", ExperimentGroup.Categorical, "Increase number of layers to 3",
            [128, 128, 128], 0.25, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.089m, 0.978m),
        new(
            "categorical-10", ExperimentGroup.Categorical, "Increase number of layers to 3 and dropout to 50%",
            [128, 128, 128], 0.5, LossKind.Categorical, OptimizerKind.Adam, 20, 512, 0.092m, 0.978m),
        new(
            "sparse-baseline", ExperimentGroup.Sparse, "Baseline",
            [128, 128], 0.25, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.079m, 0.977m),
        new(
            "sparse-1", ExperimentGroup.Sparse, "Decrease neurons in 2nd layer",
            [128, 100], 0.25, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.076m, 0.978m),
        new(
            "sparse-2", ExperimentGroup.Sparse, "Increase neurons in 2nd layer",
            [128, 156], 0.25, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.077m, 0.979m),
        new(
            "sparse-3", ExperimentGroup.Sparse, "Increase neurons in 1st layer",
            [156, 128], 0.25, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.079m, 0.978m),
        new(
            "sparse-4", ExperimentGroup.Sparse, "Decrease neurons in 1st layer",
            [100, 156], 0.25, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.067m, 0.979m),
        new(
            "sparse-5", ExperimentGroup.Sparse, "Increase neurons in 1st and 2nd layer",
            [156, 156], 0.25, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.071m, 0.981m),
        new(
            "sparse-6", ExperimentGroup.Sparse, "Increase 1st layer and decrease 2nd layer",
            [156, 100], 0.25, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.078m, 0.978m),
        new(
            "sparse-7", ExperimentGroup.Sparse, "Increase dropout to 50%",
            [128, 128], 0.5, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.072m, 0.979m),
        new(
            "sparse-8", ExperimentGroup.Sparse, "Increase dropout to 50% and neurons on both layers",
            [156, 156], 0.5, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.068m, 0.981m),
        new(
            "sparse-9", ExperimentGroup.Sparse, "Increase number of layers to 3",
            [128, 128, 128], 0.25, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.084m, 0.979m),
        new(
            "sparse-10", ExperimentGroup.Sparse, "Increase number of layers to 3 and dropout to 50%",
            [128, 128, 128], 0.5, LossKind.Sparse, OptimizerKind.Adam, 20, 512, 0.081m, 0.980m),
    ];

    /// <summary>The name of a group on the command line.</summary>
    internal static string NameOf(ExperimentGroup group) => group.ToString().ToLowerInvariant();

    /// <summary>The experiments of one group, its baseline first.</summary>
    internal static IEnumerable<Experiment> Of(ExperimentGroup group) => All.Where(experiment => experiment.Group == group);

    /// <summary>The experiment with an id, or null.</summary>
    internal static Experiment? Find(string id) => All.FirstOrDefault(experiment => experiment.Id == id);

    /// <summary>The baseline of the experiment's group; null for the baselines themselves, and for basic and baseline.</summary>
    internal static Experiment? BaselineOf(Experiment experiment) =>
        experiment.Group is ExperimentGroup.Categorical or ExperimentGroup.Sparse
        && All.First(other => other.Group == experiment.Group) is { } baseline && baseline != experiment ? baseline : null;

    /// <summary>The experiment with the same network and class indices instead of one-hot labels.</summary>
    internal static Experiment SparseOf(Experiment categorical) =>
        Find(categorical.Id.Replace("categorical-", "sparse-", StringComparison.Ordinal))!;

    /// <summary>Whether this is "Decrease neurons in 1st layer", which also widens the second layer.</summary>
    internal static bool ChangesTwoWidths(Experiment experiment) => experiment.Id is "categorical-4" or "sparse-4";
}
