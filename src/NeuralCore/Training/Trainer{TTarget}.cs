using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;
using NeuralCore.Randomness;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// Trains and evaluates a model. <see cref="TrainStep"/> is the atom; <see cref="Fit"/> is a loop over steps.
/// </summary>
/// <typeparam name="TTarget">The target type of the loss: <see cref="int"/> class indices or <see cref="float"/> rows.</typeparam>
/// <remarks>
/// From one seed the weights come out with the same bits for any number of threads and any vector width. A trainer does one thing at a time; a second
/// call from another thread throws at once.
/// </remarks>
public sealed class Trainer<TTarget> : Trainer
    where TTarget : unmanaged
{
    private readonly TrainerLock _lock;
    private WorkerTeam? _team;
    private TrainingStep<TTarget>? _trainingStep;
    private EvaluationStep<TTarget>? _evaluationStep;

    internal Trainer(Sequential model, Optimizer optimizer, Loss<TTarget> loss, IMetric<TTarget>[] metrics)
        : base(model, optimizer)
    {
        int width = loss.TargetWidth(model.OutputShape);
        if (width < 1)
            throw new ArgumentException($"{loss}: TargetWidth gives {width} target values a row; it gives 1 or more.", nameof(loss));
        loss.CheckNetwork(model.ExpandedLayers);
        foreach (IMetric<TTarget> metric in metrics)
            metric.Check(model.OutputShape, width);
        Scores = new LossAndMetrics<TTarget>(loss, loss.FuseWith(model.ExpandedLayers[^1]), metrics, width);
        _lock = new TrainerLock(model.Lock);
    }

    /// <summary>What training makes small.</summary>
    public Loss<TTarget> Loss => Scores.Loss;

    /// <summary>What is reported beside the loss.</summary>
    public IReadOnlyList<IMetric<TTarget>> Metrics => Scores.Metrics;

    /// <summary>What evaluates both.</summary>
    internal LossAndMetrics<TTarget> Scores { get; }

    /// <summary>How many target values stand in one row.</summary>
    internal int TargetWidth => Scores.TargetWidth;

    /// <summary>Takes one step on a batch that the caller holds.</summary>
    /// <param name="input">The rows, row-major: [rows, input size].</param>
    /// <param name="targets">Their targets: [rows, target width].</param>
    /// <param name="threads">How many threads work, at most <see cref="Trainer.MaxThreads"/>; 0 for one for each processor.</param>
    /// <returns>The batch's mean loss, before the step.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit, or a target is out of range; nothing has changed.</exception>
    /// <exception cref="NonFiniteException">The loss or a weight is not finite.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained or is predicting on another thread.</exception>
    public double TrainStep(ReadOnlySpan<float> input, ReadOnlySpan<TTarget> targets, int threads = 0)
    {
        CheckThreads(threads, nameof(threads));
        int size = Model.InputShape.Size;
        int rows = input.Length / size;
        if (rows == 0 || input.Length % size != 0)
            throw new ArgumentException($"The input holds {input.Length} values; a batch is one or more rows of {size}, the size of {Model.InputShape}.", nameof(input));
        if (targets.Length != (long)rows * TargetWidth)
            throw new ArgumentException($"{rows} rows need {rows} x {TargetWidth} targets for {Loss}, got {targets.Length}.", nameof(targets));

        _lock.EnterTraining();
        try
        {
            State.Fit = null;
            return PrepareStep(rows, threads).Run(input, targets) / rows;
        }
        finally
        {
            _lock.ExitTraining();
        }
    }

    /// <summary>Trains for a number of epochs.</summary>
    /// <param name="data">The training data. Its targets are all checked before the first step.</param>
    /// <param name="options">How; defaults where left out.</param>
    /// <returns>What each epoch came to.</returns>
    /// <exception cref="ArgumentException">
    /// The data does not fit the model or the loss, an option is out of range, or something differs from what the checkpoint to resume from was made with (each
    /// difference is named); nothing has changed.
    /// </exception>
    /// <exception cref="NonFiniteException">The loss or a weight is not finite.</exception>
    /// <exception cref="OperationCanceledException">The fit was cancelled; the model is as the last whole step left it.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained or is predicting on another thread.</exception>
    public TrainingHistory Fit(Dataset<TTarget> data, FitOptions<TTarget>? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new FitOptions<TTarget>();
        options.Check();
        _lock.EnterTraining();
        try
        {
            // Before a split, so that a message names the row as the caller counts it.
            DataChecks.CheckAll(Model, Scores, data);
            if (options.Validation?.Data is { } separate)
                DataChecks.CheckAll(Model, Scores, separate);
            FitData<TTarget> divided = Divide(data, options.Validation);
            BatchPlan batches = new(divided.Training.Count, options.BatchSize, options.DropLastBatch);
            FitState fit = FitSetup.Prepare(State, Scores, data, batches, options);
            TrainingStep<TTarget> step = PrepareStep(batches.LargestBatch, options.Threads);
            EvaluationStep<TTarget>? validation = divided.Validation is null ? null : PrepareEvaluation();
            FitContext context = new(this, options.Epochs, options.ResumeFrom is not null);
            return new FitLoop<TTarget>(State, divided, options, fit, context, Scores, batches, step, validation).Run();
        }
        finally
        {
            _lock.ExitTraining();
        }
    }

    /// <summary>Averages loss and metrics over a dataset, with dropout off.</summary>
    /// <remarks>
    /// Values that are not finite are not refused: a row whose predictions are NaN makes the mean loss NaN and counts as wrong in
    /// <see cref="Accuracy"/>.
    /// </remarks>
    /// <param name="data">The data.</param>
    /// <param name="threads">
    /// How many threads work, at most <see cref="Trainer.MaxThreads"/>; 0 for one for each processor. The result is the same for any number.
    /// </param>
    /// <param name="cancellationToken">Ends the evaluation early.</param>
    /// <exception cref="ArgumentException">The data does not fit the model or the loss.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model is being trained, and this is not a callback or a progress report of that training; or the call comes from within a step or an evaluation,
    /// for example from a data source.
    /// </exception>
    public Evaluation Evaluate(Dataset<TTarget> data, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckThreads(threads, nameof(threads));
        return _lock.Read(isWithinFit =>
        {
            DataChecks.CheckShapes(Model, Scores, data);
            // A fit has its threads already.
            if (!isWithinFit)
                UseThreads(threads);
            return PrepareEvaluation().Run(data, cancellationToken);
        });
    }

    /// <inheritdoc/>
    public override Checkpoint CreateCheckpoint() => _lock.Read(_ => TrainerCheckpoint.Make(State, Loss.ToString()));

    /// <inheritdoc/>
    public override void Restore(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        _lock.EnterTraining();
        try
        {
            FitSetup.CheckSame(TrainerSettings.Differences(checkpoint.Settings, TrainerSettings.Of(State, Loss)));
            TrainerCheckpoint.CheckArrays(checkpoint, State);
            TrainerCheckpoint.Restore(checkpoint, State);
            State.Fit = null;
        }
        finally
        {
            _lock.ExitTraining();
        }
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> GradientOf(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (!Model.Parameters.Contains(parameter) || !parameter.IsTrainable)
            throw new ArgumentException($"{parameter.FullName} is no parameter of this model that is trained.", nameof(parameter));
        return (_trainingStep ?? throw new InvalidOperationException("There are no gradients before the first training step.")).GradientOf(parameter);
    }

    /// <inheritdoc/>
    public override void Dispose() => _lock.Dispose(() =>
    {
        _team?.Dispose();
        _team = null;
        _trainingStep = null;
        _evaluationStep = null;
        State.Fit = null;
    });

    // The memory of steps of at most so many rows, on so many threads.
    private TrainingStep<TTarget> PrepareStep(int batchRows, int threads)
    {
        WorkerTeam team = UseThreads(threads);
        if (_trainingStep is null || _trainingStep.BatchRows < batchRows)
            _trainingStep = new TrainingStep<TTarget>(State, Scores, team, batchRows);
        return _trainingStep;
    }

    private EvaluationStep<TTarget> PrepareEvaluation() => _evaluationStep ??= new EvaluationStep<TTarget>(Model, Scores, _team!);

    private FitData<TTarget> Divide(Dataset<TTarget> data, Validation<TTarget>? validation)
    {
        if (validation?.Split is not { } split)
            return new FitData<TTarget>(data, validation?.Data);
        RandomStream stream = RandomStream.Derive((ulong)Model.Seed, RandomPurpose.Split);
        (Dataset<TTarget> training, Dataset<TTarget> rest) = split.Apply(data, rows => stream.Shuffle(rows, 0));
        return new FitData<TTarget>(training, rest);
    }

    private WorkerTeam UseThreads(int threads)
    {
        int workers = threads == 0 ? Environment.ProcessorCount : threads;
        if (_team is null || _team.Workers != workers)
        {
            // The new team first: if its threads cannot be started, the old one goes on.
            WorkerTeam team = new(workers);
            _team?.Dispose();
            _trainingStep = null;
            _evaluationStep = null;
            _team = team;
        }
        return _team;
    }
}
