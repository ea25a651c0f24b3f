using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>What does not fit is refused before anything is trained; what goes wrong numerically stops the fit at its step.</summary>
public class FitErrorTests
{
    private const int Rows = 5000;

    [Fact]
    public void A_bad_label_late_in_the_data_trains_nothing()
    {
        int[] labels = TestData.Labels(Rows, 3);
        labels[4321] = 3;
        Dataset<int> data = Dataset.From(TestData.Normals(Rows * 4), [4], labels);

        Refuses(Model(), new SparseCategoricalCrossEntropy(), data, "*the label of row 4321 is 3, but the network has 3 classes, 0 to 2*");
        Refuses(Model(), new SparseCategoricalCrossEntropy(), data, "*the label of row 4321 is 3*", Split.Shuffled(0.5));
        Refuses(Model(), new SparseCategoricalCrossEntropy(), data.Take(10), "*the label of row 4321 is 3*", data);
    }

    [Theory]
    [InlineData(0.5f, "*row 4000 of the targets sums to 0.5*")]
    [InlineData(2f, "*row 4000 of the targets contains 2*")]
    [InlineData(-1f, "*row 4000 of the targets contains -1*")]
    [InlineData(float.NaN, "*row 4000 of the targets contains NaN*")]
    public void A_wrong_one_hot_row_trains_nothing(float value, string message)
    {
        float[] targets = TestData.OneHotRows(new int[Rows], 3);
        targets[4000 * 3] = value;
        Refuses(Model(), new CategoricalCrossEntropy(), Dataset.From(TestData.Normals(Rows * 4), [4], targets, 3), message);
    }

    [Fact]
    public void A_wrong_number_of_targets_names_the_likely_cause()
    {
        Dataset<float> one = Dataset.From(TestData.Normals(Rows * 4), [4], new float[Rows]);
        Refuses(Model(), new CategoricalCrossEntropy(), one, "*but the data has 1. Are they class indices?*SparseCategoricalCrossEntropy*");
        Refuses(Model(), new MeanSquaredError(), one, "*but the data has 1. Does the last layer have one unit for each target value?");
    }

    [Fact]
    public void Shapes_must_fit()
    {
        Refuses(Model(), new SparseCategoricalCrossEntropy(), TestData.Classes(10, [2, 2], 3),
            "sequential: expects samples [4], but the data has [2, 2]*");
        Refuses(Model(), new CategoricalCrossEntropy(), TestData.Classes(10, [4], 3).ToOneHot(4),
            "CategoricalCrossEntropy: expects 3 target values per row for predictions [3], but the data has 4*");
        Refuses(Model(), new SparseCategoricalCrossEntropy(), TestData.Classes(10, [4], 3),
            "sequential: expects samples [4], but the data has [5]*", TestData.Classes(10, [5], 3));
    }

    [Fact]
    public void A_step_checks_its_arguments()
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        trainer.Invoking(t => t.TrainStep(new float[7], [0])).Should().Throw<ArgumentException>()
            .WithMessage("The input has 7 values; a batch is one or more rows of 4*");
        trainer.Invoking(t => t.TrainStep([], [])).Should().Throw<ArgumentException>();
        trainer.Invoking(t => t.TrainStep(new float[8], [0])).Should().Throw<ArgumentException>()
            .WithMessage("2 rows need 2 x 1 targets*got 1*");
        trainer.Invoking(t => t.TrainStep(new float[8], [0, -1])).Should().Throw<ArgumentException>()
            .WithMessage("*the label of row 1 is -1*");
        trainer.Invoking(t => t.TrainStep(new float[8], [0, 1], threads: -1)).Should().Throw<ArgumentOutOfRangeException>();
        trainer.StepCount.Should().Be(0);
    }

    [Fact]
    public void Options_are_checked()
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        Dataset<int> data = TestData.Classes(10, [4], 3);
        foreach (FitOptions<int> options in new FitOptions<int>[] { new() { Epochs = 0 }, new() { BatchSize = 0 }, new() { Threads = -1 },
            new() { Callbacks = [null!] } })
            trainer.Invoking(t => t.Fit(data, options)).Should().Throw<ArgumentException>();
        trainer.Invoking(t => t.Fit(data, new() { BatchSize = 11, DropLastBatch = true })).Should().Throw<ArgumentException>()
            .WithMessage("10 samples do not fill one batch of 11*");
        trainer.Invoking(t => t.LearningRate = float.NaN).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Losses_and_networks_that_contradict_each_other_do_not_compile()
    {
        Model().Invoking(m => m.Compile(new Sgd(), new SparseCategoricalCrossEntropy(fromLogits: true))).Should().Throw<ArgumentException>()
            .WithMessage("SparseCategoricalCrossEntropy: fromLogits is set, but the network ends with dense.softmax*");
        new Sequential([4], [new Dense(1)]).Invoking(m =>
            m.Compile(new Sgd(), new SparseCategoricalCrossEntropy())).Should().Throw<ShapeException>()
            .WithMessage("SparseCategoricalCrossEntropy: expects a vector of two or more classes, got [1]*");
        new Sequential([4, 4], [new ReLU()]).Invoking(m =>
            m.Compile(new Sgd(), new CategoricalCrossEntropy())).Should().Throw<ShapeException>();
        Model().Invoking(m => m.Compile(new Sgd(), new SparseCategoricalCrossEntropy(), new Accuracy(), new Accuracy())).Should()
            .Throw<ArgumentException>()
            .WithMessage("Two metrics are named \"accuracy\"*");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_non_finite_input_stops_the_fit_at_its_step(float value)
    {
        float[] features = TestData.Normals(100 * 4);
        features[57 * 4 + 2] = value;
        Sequential model = Model();
        using Trainer<int> trainer = model.Compile(new Sgd(0.25f), new SparseCategoricalCrossEntropy());

        NonFiniteException exception = trainer.Invoking(t =>
            t.Fit(Dataset.From(features, [4], TestData.Labels(100, 3)), new() { BatchSize = 10, Shuffle = false, Epochs = 2 }))
            .Should().Throw<NonFiniteException>().WithMessage(
                "Training stopped at step 6: the loss is *the input contains * in row 7 of the batch. "
                + "Learning rate 0.25; no epoch was completed before. Check the data.").Which;

        (exception.Step, exception.LearningRate, exception.Layer, exception.LastGoodEpoch).Should().Be((6, 0.25f, null, 0));
        trainer.StepCount.Should().Be(5);
        model.Parameters.SelectMany(p => p.Values.ToArray()).All(float.IsFinite).Should().BeTrue("the bad step was not taken");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_non_finite_weight_is_found_even_behind_pixels_that_are_always_zero(float value)
    {
        Sequential model = Model();
        model.Parameters[0].Values[2 * 3 + 1] = value;
        float[] features = TestData.Normals(10 * 4);
        for (int row = 0; row < 10; row++)
            features[row * 4 + 2] = 0;
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());

        NonFiniteException exception = trainer.Invoking(t =>
            t.TrainStep(features, TestData.Labels(10, 3))).Should().Throw<NonFiniteException>().Which;

        exception.Layer.Should().Be("dense");
        exception.Message.Should().Contain("step 1").And.Contain("dense.kernel contains ");
    }

    [Fact]
    public void A_learning_rate_far_too_high_stops_at_the_first_non_finite_value()
    {
        Sequential model = new([20], [new Dense(32, new ReLU()), new Dense(32, new ReLU()), new Dense(3, new Softmax())], seed: 1);
        using Trainer<int> trainer = model.Compile(new Sgd(1e6f), new SparseCategoricalCrossEntropy());
        int finiteSteps = 0;
        AfterStep check = new(context =>
        {
            finiteSteps++;
            double.IsFinite(context.LastStepLoss).Should().BeTrue();
            context.Model.Parameters.SelectMany(p => p.Values.ToArray()).All(float.IsFinite).Should().BeTrue();
        });

        NonFiniteException exception = trainer.Invoking(t =>
            t.Fit(TestData.Classes(2000, [20], 3), new() { Epochs = 50, Callbacks = [check] })).Should().Throw<NonFiniteException>().Which;

        exception.Step.Should().Be(finiteSteps + 1);
        exception.LearningRate.Should().Be(1e6f);
        exception.Layer.Should().NotBeNull();
        exception.Message.Should().Contain($"step {exception.Step}").And.Contain("1000000").And.Contain(exception.Layer)
            .And.Contain("Is the learning rate too high");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1025)]
    [InlineData(20_000)]
    [InlineData(int.MaxValue)]
    public void A_number_of_threads_out_of_range_is_refused_and_the_trainer_goes_on(int threads)
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        Dataset<int> data = TestData.Classes(50, [4], 3);
        const string message = "The number of threads must be from 1 to 1024, or 0 for one per processor.*";
        trainer.Invoking(t => t.Fit(data, new() { Threads = threads })).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
        trainer.Invoking(t => t.TrainStep(new float[4], [0], threads)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
        trainer.Invoking(t => t.Evaluate(data, threads)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
        trainer.Fit(data).Epochs.Should().HaveCount(1);
    }

    [Fact]
    public void The_largest_number_of_threads_works()
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        trainer.Fit(TestData.Classes(50, [4], 3), new() { Threads = Trainer.MaxThreads }).Epochs.Should().HaveCount(1);
    }

    [Fact]
    public void An_optimizer_may_keep_a_million_numbers()
    {
        using Trainer<int> trainer = Model().Compile(new Hoarder(), new SparseCategoricalCrossEntropy());
        trainer.TrainStep(new float[4], [0]).Should().BePositive();
    }

    [Fact]
    public void A_row_that_is_not_finite_makes_the_loss_NaN_and_counts_as_wrong()
    {
        float[] features = TestData.Normals(40);
        features[5] = float.NaN;
        Sequential model = Model();
        int[] labels = Enumerable.Range(0, 10).Select(row => OneHot.ArgMax(model.Predict(features.AsSpan(4 * row, 4)))).ToArray();
        labels[1] = 0;
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy(), new Accuracy());

        Evaluation result = trainer.Evaluate(Dataset.From(features, [4], labels));

        result.Loss.Should().Be(double.NaN);
        result.Accuracy.Should().Be(0.9);
        float[] predictions = model.Predict(features);
        predictions[3..6].Should().AllBeEquivalentTo(float.NaN);
        predictions[..3].Concat(predictions[6..]).Should().OnlyContain(value => float.IsFinite(value));
    }

    private static Sequential Model() => new([4], [new Dense(3, new Softmax())], seed: 1);

    private static void Refuses<TTarget>(Sequential model, Loss<TTarget> loss, Dataset<TTarget> data, string message,
        Validation<TTarget>? validation = null)
        where TTarget : unmanaged
    {
        string before = Weights.Hash(model);
        using Trainer<TTarget> trainer = model.Compile(new Sgd(), loss);
        trainer.Invoking(t => t.Fit(data, new() { Validation = validation })).Should().Throw<ArgumentException>().WithMessage(message);
        trainer.StepCount.Should().Be(0);
        Weights.Hash(model).Should().Be(before);
    }

    private sealed class Hoarder() : Optimizer(0.1f)
    {
        // More than a stack holds.
        public override int StepStateLength => 4_000_000;

        protected internal override bool Update(in UpdatePass pass) => true;
    }

    private sealed class AfterStep(Action<FitContext> action) : Callback
    {
        public override void OnStepEnd(FitContext context) => action(context);
    }
}
