using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Numerics;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>Averages of weights against their definitions in double, and who gets to see them.</summary>
public unsafe class WeightAveragingTests
{
    [Theory]
    [InlineData(0.9, false)]
    [InlineData(0.99, true)]
    public void The_exponential_average_follows_the_formula(double decay, bool warmUp)
    {
        ExponentialMovingAverage average = new(decay, warmUp);
        Recorder recorder = new();
        Sequential model = TestModels.Small();
        double[] expected = [.. Flat(model).Select(w => (double)w)];
        using Trainer<int> trainer = Fits.Compile(model);

        trainer.Fit(TestModels.Data(), Fits.Options(3) with { Callbacks = [recorder, average] });

        recorder.Steps.Should().HaveCount(24);
        for (int step = 1; step <= recorder.Steps.Count; step++)
        {
            double kept = warmUp ? Math.Min(decay, (1.0 + step) / (10.0 + step)) : decay;
            for (int i = 0; i < expected.Length; i++)
                expected[i] = kept * expected[i] + (1 - kept) * recorder.Steps[step - 1][i];
        }
        average.UpdateCount.Should().Be(24);
        Weights.RelativeDistance(Flat(model), expected).Should().BeLessThan(1e-6);
        Flat(average.CreateModel()).Should().Equal(Flat(model), "the average is in the model now");
    }

    [Theory]
    [InlineData(1, 1, new[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(3, 2, new[] { 3, 5 })]
    [InlineData(6, 1, new[] { 6 })]
    public void Stochastic_weight_averaging_is_the_mean_of_epochs(int start, int every, int[] epochs)
    {
        StochasticWeightAveraging average = new(start, every);
        Recorder recorder = new();
        Sequential model = TestModels.Small();
        using Trainer<int> trainer = Fits.Compile(model);

        trainer.Fit(TestModels.Data(), Fits.Options() with { Callbacks = [average, recorder] });

        double[] expected = Enumerable.Range(0, Flat(model).Length).Select(i =>
            epochs.Average(epoch => (double)recorder.Steps[epoch * Fits.StepsPerEpoch - 1][i])).ToArray();
        average.UpdateCount.Should().Be(epochs.Length);
        Weights.RelativeDistance(Flat(model), expected).Should().BeLessThan(1e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Training_goes_on_with_its_own_weights_and_validation_uses_the_average_if_asked(bool validate)
    {
        Recorder plain = new();
        (uint[] trained, TrainingHistory history, _) = Fits.Whole(options: Fits.Options(3) with { Callbacks = [plain] });
        ExponentialMovingAverage average = new(0.9, validate: validate, swapAtEnd: false);
        Recorder recorder = new(average);

        (uint[] weights, TrainingHistory found, _) = Fits.Whole(options: Fits.Options(3) with { Callbacks = [average, recorder] });

        weights.Should().Equal(trained);
        found.Epochs.Select(epoch => epoch.Training.Loss).Should().Equal(history.Epochs.Select(epoch => epoch.Training.Loss));
        for (int epoch = 0; epoch < 3; epoch++)
        {
            // The same as evaluating a model of the average, or the trained one.
            double loss = found.Epochs[epoch].Validation!.Loss;
            loss.Should().Be(validate ? recorder.Losses[epoch] : history.Epochs[epoch].Validation!.Loss);
        }
        recorder.Losses.Should().NotEqual(history.Epochs.Select(epoch => epoch.Validation!.Loss));
    }

    [Fact]
    public void A_cancelled_validation_leaves_the_trained_weights()
    {
        using CancellationTokenSource source = new();
        Sequential model = TestModels.Small();
        using Trainer<int> trainer = Fits.Compile(model);
        Recorder recorder = new();
        Canceller canceller = new(source, Fits.StepsPerEpoch);
        FitOptions<int> options = Fits.Options() with { CancellationToken = source.Token };

        trainer.Invoking(t => t.Fit(TestModels.Data(), options with { Callbacks = [new ExponentialMovingAverage(), recorder, canceller] }))
            .Should().Throw<OperationCanceledException>();

        recorder.Steps.Should().HaveCount(Fits.StepsPerEpoch);
        Flat(model).Should().Equal(recorder.Steps[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Early_stopping_restores_what_was_validated(bool stoppingFirst)
    {
        EarlyStopping stopping = new(patience: 3);
        ExponentialMovingAverage average = new(0.8);
        Sequential model = TestModels.Small();
        using Trainer<int> trainer = Fits.Compile(model, new Adam(0.1));

        TrainingHistory history = trainer.Fit(TestModels.Data(60), new()
        {
            Epochs = 60,
            BatchSize = 8,
            Validation = TestModels.Data(60, 9),
            Callbacks = stoppingFirst ? [stopping, average] : [average, stopping],
        });

        history.WasStopped.Should().BeTrue();
        trainer.Evaluate(TestModels.Data(60, 9)).Loss.Should().Be(history.Epochs[stopping.BestEpoch - 1].Validation!.Loss);
    }

    [Fact]
    public void Frozen_weights_stay()
    {
        Sequential model = new([4, 3], [new Flatten(), new Dense(5) { Trainable = false }, new Dense(3, new Softmax())], seed: 1);
        float[] frozen = model.Parameters[0].Values.ToArray();
        using Trainer<int> trainer = Fits.Compile(model);
        trainer.Fit(TestModels.Data(), Fits.Options(1) with { Callbacks = [new ExponentialMovingAverage()] });
        model.Parameters[0].Values.ToArray().Should().Equal(frozen);
    }

    [Fact]
    public void Wrong_uses_are_named()
    {
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        void Fit(params Callback[] callbacks) => trainer.Fit(TestModels.Data(), Fits.Options(2) with { Callbacks = callbacks });

        FluentActions.Invoking(() => new ExponentialMovingAverage().CreateModel()).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => Fit(new ExponentialMovingAverage(), new StochasticWeightAveraging(1)))
            .Should().Throw<InvalidOperationException>().WithMessage("*twice*ExponentialMovingAverage and StochasticWeightAveraging*");
        FluentActions.Invoking(() => Fit(new StochasticWeightAveraging(3)))
            .Should().Throw<InvalidOperationException>().WithMessage("*epoch 3*2 epochs*");
        trainer.StepCount.Should().Be(0);
        foreach (Action make in new Action[]
        {
            () => _ = new ExponentialMovingAverage(1), () => _ = new ExponentialMovingAverage(-0.1),
            () => _ = new ExponentialMovingAverage(double.NaN), () => _ = new StochasticWeightAveraging(0),
            () => _ = new StochasticWeightAveraging(1, 0),
        })
        {
            make.Should().Throw<ArgumentException>();
        }
    }

    [Theory]
    [InlineData(-1, 100)]
    [InlineData(0.5, 100)]
    [InlineData(3, 7)]
    public void A_state_that_cannot_be_is_refused(double count, int length)
    {
        ExponentialMovingAverage average = new();
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        average.OnFitBegin(new FitContext(trainer, 3, isResumed: true));
        CallbackState state = new();
        state.Set("updates", count);
        state.Set("average", new float[length]);
        average.Invoking(a => a.LoadState(state)).Should().Throw<ArgumentException>().WithMessage("*ExponentialMovingAverage*");
    }

    [SkippableTheory]
    [VectorPaths]
    public void The_kernel_is_a_fused_lerp_on_every_path(VectorPath path)
    {
        Kernels.Require(path);
        for (int n = 0; n < 50; n++)
        {
            float[] average = Kernels.Normals(n, n), values = Kernels.Normals(n, n + 1);
            float[] expected = average.Zip(values, (a, v) => MathF.FusedMultiplyAdd(v - a, 0.3f, a)).ToArray();
            fixed (float* pa = average, pv = values)
                AverageKernel.Update(path, pa, pv, n, 0.3f);
            average.Should().Equal(expected);
        }
    }

    private static float[] Flat(Sequential model) => model.Parameters.SelectMany(parameter => parameter.Values.ToArray()).ToArray();

    private sealed class Recorder(WeightAveraging? average = null) : Callback
    {
        internal List<float[]> Steps { get; } = [];

        internal List<double> Losses { get; } = [];

        public override void OnStepEnd(FitContext context) => Steps.Add(Flat(context.Model));

        public override void OnEpochEnd(FitContext context, EpochResult result)
        {
            if (average is null)
                return;
            // The fit's validation rows are those of its split: the same fit on a copy that learns nothing evaluates them.
            using Trainer<int> trainer = average.CreateModel().Compile(new Sgd(0), ((Trainer<int>)context.Trainer).Loss);
            Losses.Add(trainer.Fit(TestModels.Data(), Fits.Options(1) with { Callbacks = [] }).Epochs[0].Validation!.Loss);
        }
    }

    private sealed class Canceller(CancellationTokenSource source, int step) : Callback
    {
        public override void OnStepEnd(FitContext context)
        {
            if (context.Trainer.StepCount == step)
                source.Cancel();
        }
    }
}
