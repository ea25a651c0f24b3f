using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>Trains and evaluates a model. <c>TrainStep</c> is a single step; <see cref="Fit"/> is a loop over steps.</summary>
/// <typeparam name="TTarget">The target type of the loss: <see cref="int"/> class indices or <see cref="float"/> rows.</typeparam>
/// <remarks>
/// With the same seed, the trained weights have the same bits for any number of threads and any vector width. A trainer runs one operation
/// at a time; a concurrent call from another thread throws.
/// </remarks>
public sealed partial class Trainer<TTarget> : Trainer
    where TTarget : unmanaged
{
    private readonly TrainerLock _lock;
    private WorkerTeam? _team;
    private TrainingStep<TTarget>? _trainingStep;
    private EvaluationStep<TTarget>? _evaluationStep;
    private EvaluationCheck? _evaluationCheck;

    internal Trainer(Sequential model, Optimizer optimizer, Loss<TTarget> loss, IMetric<TTarget>[] metrics)
        : base(model, optimizer)
    {
        int width = loss.TargetWidth(model.OutputShape);
        if (width < 1)
            throw new ArgumentException(
                $"{loss}: TargetWidth returned {width} target values per row; it must return 1 or more.", nameof(loss));
        loss.CheckNetwork(model.ExpandedLayers);
        foreach (IMetric<TTarget> metric in metrics)
            metric.Check(model.OutputShape, width);
        LossAndMetrics = new LossAndMetrics<TTarget>(loss, loss.FuseWith(model.ExpandedLayers[^1]), metrics, width, model.OutputShape);
        _lock = new TrainerLock(model.Lock);
    }

    /// <summary>The loss, which training minimizes.</summary>
    public Loss<TTarget> Loss => LossAndMetrics.Loss;

    /// <summary>The figures reported alongside the loss.</summary>
    public IReadOnlyList<IMetric<TTarget>> Metrics => LossAndMetrics.Metrics;

    /// <summary>Evaluates loss and metrics.</summary>
    internal LossAndMetrics<TTarget> LossAndMetrics { get; }

    /// <summary>How many target values a row has.</summary>
    internal int TargetWidth => LossAndMetrics.TargetWidth;

    /// <summary>Takes one step on a batch in the caller's memory.</summary>
    /// <param name="input">The rows, row-major: [rows, input size].</param>
    /// <param name="targets">Their targets: [rows, target width].</param>
    /// <param name="threads">The number of threads, at most <see cref="Trainer.MaxThreads"/>; 0 for one per processor.</param>
    /// <returns>The batch's mean loss before the update.</returns>
    /// <exception cref="ArgumentException">The lengths do not match, or a target is out of range; nothing has changed.</exception>
    /// <exception cref="NonFiniteException">The loss or a weight is not finite.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained or is predicting on another thread.</exception>
    public double TrainStep(ReadOnlySpan<float> input, ReadOnlySpan<TTarget> targets, int threads = 0) =>
        TakeStep(input, targets, weights: default, threads);

    /// <summary>Takes one step on a batch in the caller's memory, each row with a weight that its loss is multiplied by.</summary>
    /// <param name="input">The rows, row-major: [rows, input size].</param>
    /// <param name="targets">Their targets: [rows, target width].</param>
    /// <param name="weights">Their weights, finite and at least 0: [rows]. See <see cref="Dataset{TTarget}.WithWeights"/>.</param>
    /// <param name="threads">The number of threads, at most <see cref="Trainer.MaxThreads"/>; 0 for one per processor.</param>
    /// <returns>The sum of the weighted losses before the update, divided by the number of rows.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths do not match, or a target or a weight is out of range; nothing has changed.
    /// </exception>
    /// <inheritdoc cref="TrainStep(ReadOnlySpan{float}, ReadOnlySpan{TTarget}, int)"/>
    public double TrainStep(ReadOnlySpan<float> input, ReadOnlySpan<TTarget> targets, ReadOnlySpan<float> weights, int threads = 0)
    {
        int rows = input.Length / Model.InputShape.Size;
        if (weights.Length != rows)
            throw new ArgumentException($"{rows} rows need {rows} weights, got {weights.Length}.", nameof(weights));
        RowChecks.CheckWeights(weights, "row");
        return TakeStep(input, targets, weights, threads);
    }

    private double TakeStep(ReadOnlySpan<float> input, ReadOnlySpan<TTarget> targets, ReadOnlySpan<float> weights, int threads)
    {
        CheckThreads(threads, nameof(threads));
        int size = Model.InputShape.Size;
        int rows = input.Length / size;
        if (rows == 0 || input.Length % size != 0)
            throw new ArgumentException(
                $"The input has {input.Length} values; a batch is one or more rows of {size}, "
                + $"the size of {Model.InputShape}.", nameof(input));
        if (targets.Length != (long)rows * TargetWidth)
            throw new ArgumentException(
                $"{rows} rows need {rows} x {TargetWidth} targets for {Loss}, got {targets.Length}.", nameof(targets));

        _lock.EnterWrite();
        try
        {
            State.CheckTrainable();
            State.Fit = null;
            return PrepareStep(rows, threads).Run(input, targets, weights) / rows;
        }
        finally
        {
            _lock.ExitWrite();
        }
    }

    /// <summary>Trains for a number of epochs.</summary>
    /// <param name="data">The training data. Its targets are all checked before the first step.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The result of each epoch.</returns>
    /// <exception cref="ArgumentException">
    /// The data does not fit the model or the loss, an option is out of range, or the checkpoint to resume from has other settings or data
    /// (each difference is named); nothing has changed.
    /// </exception>
    /// <exception cref="NonFiniteException">The loss or a weight is not finite.</exception>
    /// <exception cref="OperationCanceledException">The fit was cancelled; the model is as the last completed step left it.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained or is predicting on another thread.</exception>
    public TrainingHistory Fit(Dataset<TTarget> data, FitOptions<TTarget>? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new FitOptions<TTarget>();
        options.Check();
        FitLoop<TTarget>? loop = null;
        _lock.EnterWrite();
        try
        {
            State.CheckTrainable();
            // Before splitting, so that messages use the caller's row numbers.
            DataChecks.CheckAll(Model, LossAndMetrics, data);
            if (options.Validation?.Data is { } separate)
                DataChecks.CheckAll(Model, LossAndMetrics, separate);
            // A network with one output tells two classes apart.
            if (options.ClassWeights is not null)
                ClassWeights.Check(options.ClassWeights, data, classes: Math.Max(2, Model.OutputShape.Size));
            FitData<TTarget> divided = Divide(data, options);
            BatchPlan batches = new(divided.Training.Count, options.BatchSize, options.DropLastBatch);
            FitState fit = FitSetup.Prepare(State, LossAndMetrics, data, batches, options);
            TrainingStep<TTarget> step = PrepareStep(batches.LargestBatch, options.Threads);
            EvaluationStep<TTarget>? validation = divided.Validation is null ? null : PrepareEvaluation();
            FitContext context = new(this, options.Epochs, options.ResumeFrom is not null) { Schedule = options.Schedule };
            loop = new FitLoop<TTarget>(State, divided, options, fit, context, LossAndMetrics, batches, step, validation);
            TrainingHistory history = loop.Run();
            _evaluationCheck = loop.EvaluationCheck;
            return history;
        }
        finally
        {
            _lock.ExitWrite();
            loop?.CloseLog();
        }
    }

    /// <summary>The mean loss and the metrics over a dataset, with dropout off.</summary>
    /// <remarks>
    /// Values that are not finite are not rejected: a row whose predictions are NaN makes the mean loss NaN and counts as wrong in
    /// <see cref="Accuracy"/>. The loss includes the penalties of regularizers, as in training and in Keras. After a fit with
    /// <see cref="FitOptions{TTarget}.Log"/>, data on another scale than the training data is named there.
    /// </remarks>
    /// <param name="data">The data.</param>
    /// <param name="threads">
    /// The number of threads, at most <see cref="Trainer.MaxThreads"/>; 0 for one per processor. The result is the same for any number.
    /// </param>
    /// <param name="cancellationToken">Ends the evaluation early.</param>
    /// <exception cref="ArgumentException">The data does not fit the model or the loss.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model is being trained, and this is not a callback or a progress report of that training; or the call comes from within a step
    /// or an evaluation, for example from a data source.
    /// </exception>
    public Evaluation Evaluate(Dataset<TTarget> data, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckThreads(threads, nameof(threads));
        return _lock.Read(isWithinFit =>
        {
            DataChecks.CheckShapes(Model, LossAndMetrics, data);
            if (!isWithinFit)
            {
                _evaluationCheck?.Run(data.Features);
                UseThreads(threads);
                return PrepareEvaluation().Run(data, cancellationToken);
            }
            // A fit already has its threads. What runs within the evaluation is not between steps.
            Model.Lock.IsBetweenSteps = false;
            try
            {
                return PrepareEvaluation().Run(data, cancellationToken);
            }
            finally
            {
                Model.Lock.IsBetweenSteps = true;
            }
        });
    }

    /// <inheritdoc/>
    public override Checkpoint CreateCheckpoint() => _lock.Read(_ => TrainerCheckpoint.Make(State, Loss.ToString()));

    /// <inheritdoc/>
    public override void Restore(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        _lock.EnterWrite();
        try
        {
            FitSetup.CheckSame(TrainerSettings.Differences(checkpoint.Settings, TrainerSettings.Of(State, Loss)));
            TrainerCheckpoint.CheckArrays(checkpoint, State);
            TrainerCheckpoint.Restore(checkpoint, State);
            State.Fit = null;
        }
        finally
        {
            _lock.ExitWrite();
        }
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> GradientOf(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (!Model.Parameters.Contains(parameter) || !parameter.IsTrainable)
            throw new ArgumentException($"{parameter.FullName} is not a trained parameter of this model.", nameof(parameter));
        if (_trainingStep is null)
            throw new InvalidOperationException("There are no gradients before the first training step.");
        return _trainingStep.GradientOf(parameter);
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

    // A step for at most batchRows rows, on the given number of threads.
    private TrainingStep<TTarget> PrepareStep(int batchRows, int threads)
    {
        WorkerTeam team = UseThreads(threads);
        if (_trainingStep is null || _trainingStep.BatchRows < batchRows)
            _trainingStep = new TrainingStep<TTarget>(State, LossAndMetrics, team, batchRows);
        return _trainingStep;
    }

    private EvaluationStep<TTarget> PrepareEvaluation() => _evaluationStep ??= new EvaluationStep<TTarget>(Model, LossAndMetrics, _team!);

    private FitData<TTarget> Divide(Dataset<TTarget> data, FitOptions<TTarget> options)
    {
        (Dataset<TTarget> training, Dataset<TTarget>? validation) = (data, options.Validation?.Data);
        if (options.Validation?.Split is { } split)
            (training, validation) = split.Apply(data, Model.Seed);
        if (options.ClassWeights is not null)
            training = ClassWeights.Apply(options.ClassWeights, training);
        return new FitData<TTarget>(training, validation);
    }

    private WorkerTeam UseThreads(int threads)
    {
        int workers = threads == 0 ? Environment.ProcessorCount : threads;
        if (_team is null || _team.Workers != workers)
        {
            // Create the new team first: if its threads cannot be started, the old one stays in use.
            WorkerTeam team = new(workers);
            _team?.Dispose();
            _trainingStep = null;
            _evaluationStep = null;
            _team = team;
        }
        return _team;
    }
}
