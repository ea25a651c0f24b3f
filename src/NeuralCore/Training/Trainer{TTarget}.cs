using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;
using NeuralCore.Randomness;

namespace NeuralCore.Training;

/// <summary>
/// Trains and evaluates a model. <see cref="TrainStep"/> is the atom; <see cref="Fit"/> is a loop over steps.
/// </summary>
/// <typeparam name="TTarget">The target type of the loss: <see cref="int"/> class indices or <see cref="float"/> rows.</typeparam>
/// <remarks>
/// From one seed the weights come out with the same bits for any number of threads and any vector width. A trainer does one thing at a time; a second
/// call from another thread throws at once.
/// </remarks>
public sealed partial class Trainer<TTarget> : Trainer
    where TTarget : unmanaged
{
    private readonly OptimizerState _state;
    private WorkerTeam? _team;
    private TrainingStep<TTarget>? _trainingStep;
    private EvaluationStep<TTarget>? _evaluationStep;
    private FitState? _fit;
    private int _userThread;
    private bool _isInStep;
    private bool _isHalfUpdated;
    private bool _disposed;

    internal Trainer(Sequential model, Optimizer optimizer, Loss<TTarget> loss, IMetric<TTarget>[] metrics)
        : base(model, optimizer)
    {
        TargetWidth = loss.TargetWidth(model.OutputShape);
        Scores = new RowScores<TTarget>(loss, loss.FuseWith(model.Running[^1]), metrics);
        _state = new OptimizerState(optimizer, model.Store.Values.Length);
    }

    /// <summary>What training makes small.</summary>
    public Loss<TTarget> Loss => Scores.Loss;

    /// <summary>What is reported beside the loss.</summary>
    public IReadOnlyList<IMetric<TTarget>> Metrics => Scores.Metrics;

    /// <summary>What evaluates both.</summary>
    internal RowScores<TTarget> Scores { get; }

    /// <summary>How many target values stand in one row.</summary>
    internal int TargetWidth { get; }

    /// <summary>Takes one step on a batch that the caller holds.</summary>
    /// <param name="input">The rows, row-major: [rows, input size].</param>
    /// <param name="targets">Their targets: [rows, target width].</param>
    /// <param name="threads">How many threads work; 0 for one for each processor.</param>
    /// <returns>The batch's mean loss, before the step.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit, or a target is out of range; nothing has changed.</exception>
    /// <exception cref="NonFiniteException">The loss or a weight is not finite.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained or is predicting on another thread.</exception>
    public double TrainStep(ReadOnlySpan<float> input, ReadOnlySpan<TTarget> targets, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        int size = Model.InputShape.Size;
        int rows = input.Length / size;
        if (rows == 0 || input.Length % size != 0)
            throw new ArgumentException($"The input holds {input.Length} values; a batch is one or more rows of {size}, the size of {Model.InputShape}.", nameof(input));
        if (targets.Length != (long)rows * TargetWidth)
            throw new ArgumentException($"{rows} rows need {rows} x {TargetWidth} targets for {Loss}, got {targets.Length}.", nameof(targets));

        EnterTraining();
        try
        {
            TrainingStep<TTarget> step = PrepareStep(rows, threads);
            _fit = null;
            bool isFinite = RunStep(step, input, targets);
            double loss = Sums.InOrder(step.RowLosses) / rows;
            if (!isFinite)
                throw NonFinite(loss, input.ToArray());
            StepCount++;
            return loss;
        }
        finally
        {
            ExitTraining();
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
        EnterTraining();
        try
        {
            // Before a split, so that a message names the row as the caller counts it.
            CheckData(data);
            if (options.Validation?.Data is { } separate)
                CheckData(separate);
            (Dataset<TTarget> training, Dataset<TTarget>? validation) = Divide(data, options.Validation);
            FitState fit = PrepareFit(data, training.Count, options);
            return new FitLoop<TTarget>(this, training, validation, options, fit).Run();
        }
        finally
        {
            ExitTraining();
        }
    }

    /// <summary>Averages loss and metrics over a dataset, with dropout off.</summary>
    /// <param name="data">The data.</param>
    /// <param name="threads">How many threads work; 0 for one for each processor. The result is the same for any number.</param>
    /// <param name="cancellationToken">Ends the evaluation early.</param>
    /// <exception cref="ArgumentException">The data does not fit the model or the loss.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained, and this is not a callback of that training.</exception>
    public Evaluation Evaluate(Dataset<TTarget> data, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        // In a callback the fit has this thread's leave already, and its number of threads.
        if (Volatile.Read(ref _userThread) == Environment.CurrentManagedThreadId)
        {
            CheckShapes(data);
            return RunEvaluation(data, cancellationToken);
        }
        Model.Lock.EnterPrediction();
        try
        {
            EnterUse();
            try
            {
                CheckShapes(data);
                UseThreads(threads);
                return RunEvaluation(data, cancellationToken);
            }
            finally
            {
                ExitUse();
            }
        }
        finally
        {
            Model.Lock.ExitPrediction();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_disposed)
            return;
        EnterUse();
        _disposed = true;
        _team?.Dispose();
        _team = null;
        _trainingStep = null;
        _evaluationStep = null;
        _fit = null;
        ExitUse();
    }

    /// <summary>The memory of steps of at most so many rows, on so many threads.</summary>
    internal TrainingStep<TTarget> PrepareStep(int batchRows, int threads)
    {
        WorkerTeam team = UseThreads(threads);
        if (_trainingStep is null || _trainingStep.BatchRows < batchRows)
            _trainingStep = new TrainingStep<TTarget>(Model, Scores, Optimizer, _state, team, batchRows);
        return _trainingStep;
    }

    internal Evaluation RunEvaluation(Dataset<TTarget> data, CancellationToken cancellationToken)
    {
        _evaluationStep ??= new EvaluationStep<TTarget>(Model, Scores, _team!);
        return _evaluationStep.Run(data, cancellationToken);
    }

    internal void CountStep() => StepCount++;

    internal void CountEpoch() => EpochCount++;

    internal NonFiniteException NonFinite(double loss, float[] input) => NonFiniteReport.Make(Model, loss, input, StepCount + 1, LearningRate, EpochCount);

    private (Dataset<TTarget> Training, Dataset<TTarget>? Validation) Divide(Dataset<TTarget> data, Validation<TTarget>? validation)
    {
        if (validation?.Split is not { } split)
            return (data, validation?.Data);
        RandomStream stream = RandomStream.Derive((ulong)Model.Seed, RandomPurpose.Split);
        return split.Apply(data, rows => stream.Shuffle(rows, 0));
    }

    private void CheckShapes(Dataset<TTarget> data)
    {
        if (data.InputShape != Model.InputShape)
        {
            throw new ShapeException(
                $"{Model.Name}: takes samples {Model.InputShape}, but the data has {data.InputShape}. Build the model with the data's shape, or give the data the model's.");
        }
        if (data.Targets.Width != TargetWidth)
        {
            throw new ShapeException(
                $"{Loss}: expects {TargetWidth} target values a row for predictions {Model.OutputShape}, but the data has {data.Targets.Width}. "
                + "Does the last layer have one unit for each class?");
        }
    }

    // All targets, not only the first batch's: a bad label late in the data must not leave a half-trained model.
    private void CheckData(Dataset<TTarget> data)
    {
        CheckShapes(data);
        const int chunk = 1024;
        int[] rows = new int[Math.Min(chunk, data.Count)];
        TTarget[] targets = new TTarget[rows.Length * TargetWidth];
        for (int first = 0; first < data.Count; first += chunk)
        {
            int count = Math.Min(chunk, data.Count - first);
            Dataset.Number(rows.AsSpan(0, count), first);
            Span<TTarget> values = targets.AsSpan(0, count * TargetWidth);
            data.Targets.Gather(rows.AsSpan(0, count), values);
            Loss.CheckTargets(values, Model.OutputShape, first);
        }
    }

    private WorkerTeam UseThreads(int threads)
    {
        int workers = threads == 0 ? Environment.ProcessorCount : threads;
        if (_team is null || _team.Workers != workers)
        {
            _team?.Dispose();
            _trainingStep = null;
            _evaluationStep = null;
            _team = new WorkerTeam(workers);
        }
        return _team;
    }

    private void EnterTraining()
    {
        Model.Lock.EnterTraining();
        try
        {
            EnterUse();
        }
        catch
        {
            Model.Lock.ExitTraining();
            throw;
        }
    }

    private void ExitTraining()
    {
        ExitUse();
        Model.Lock.ExitTraining();
    }

    private void EnterUse()
    {
        if (Interlocked.CompareExchange(ref _userThread, Environment.CurrentManagedThreadId, 0) != 0)
            throw new InvalidOperationException("The trainer is busy. It does one thing at a time; make another for a second thread, or wait.");
        if (_disposed)
        {
            ExitUse();
            ObjectDisposedException.ThrowIf(true, this);
        }
    }

    private void ExitUse() => Volatile.Write(ref _userThread, 0);
}
