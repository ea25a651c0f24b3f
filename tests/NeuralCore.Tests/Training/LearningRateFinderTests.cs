using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

public class LearningRateFinderTests
{
    private static readonly LearningRateFinderOptions Options = new() { From = 1e-6, To = 10, Steps = 120, BatchSize = 24 };

    [Fact]
    public void The_curve_is_that_of_steps_with_rising_rates()
    {
        Dataset<int> data = TestModels.Data(96);
        Sequential model = TestModels.Small();
        using Trainer<int> trainer = Fits.Compile(model, new Adam(0.5));
        uint[] before = TestModels.Bits(model);

        LearningRateCurve curve = LearningRateFinder.Find(trainer, data, Options);

        TestModels.Bits(model).Should().Equal(before);
        (trainer.StepCount, trainer.LearningRate).Should().Be((0, 0.5f));

        // The same by a fit whose schedule gives these rates.
        Losses losses = new();
        using Trainer<int> other = Fits.Compile(TestModels.Small(), new Adam(1));
        other.Fit(data, new()
        {
            Epochs = 30,
            BatchSize = 24,
            Callbacks = [losses],
            Schedule = LearningRateSchedule.From("rising", position => 1e-6 * Math.Pow(1e7, position.Step / 119.0)),
        });
        int count = curve.Points.Count;
        curve.Points.Select(point => point.Loss).Take(60).Should().Equal(losses.All.Take(60), (a, b) => Math.Abs(a - b) < 1e-6);
        curve.Points.Select(point => (double)point.LearningRate).Should().Equal(
            Enumerable.Range(0, count).Select(i => 1e-6 * Math.Pow(1e7, i / 119.0)), (a, b) => Math.Abs(a - b) <= 1e-6 * b);

        // Smoothing, the end and the suggestion by their definitions.
        double average = 0;
        double lowest = double.MaxValue;
        for (int i = 0; i < count; i++)
        {
            average = 0.98 * average + 0.02 * curve.Points[i].Loss;
            double smoothed = average / (1 - Math.Pow(0.98, i + 1));
            curve.Points[i].SmoothedLoss.Should().BeApproximately(smoothed, 1e-10);
            (i > 1 && smoothed > 4 * lowest).Should().Be(curve.HasDiverged && i == count - 1);
            lowest = i == 1 ? smoothed : Math.Min(lowest, smoothed);
        }
        double[] kept = curve.Points.Select(point => point.SmoothedLoss).Skip(10).SkipLast(1).ToArray();
        double[] slopes = kept.Select((_, i) => i == 0 ? kept[1] - kept[0] : i == kept.Length - 1 ? kept[^1] - kept[^2]
            : (kept[i + 1] - kept[i - 1]) / 2).ToArray();
        curve.Suggestion.Should().Be(curve.Points[10 + Array.IndexOf(slopes, slopes.Min())].LearningRate);
        curve.Suggestion.Should().BeInRange(1e-4f, 1);
        curve.ToString().Should().Contain("<- suggestion").And.Contain($"suggestion: ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_ends_when_the_loss_diverges(bool toInfinity)
    {
        // Linear regression by gradient descent diverges for good.
        Dataset<float> data = Dataset.From(TestData.Normals(64 * 5), [5], TestData.Normals(64, 3), 1);
        Sequential model = new([5], [new Dense(1)], seed: 1);
        using Trainer<float> trainer = model.Compile(new Sgd(0.1), new Squares());
        LearningRateFinderOptions options = new() { To = 1e5, BatchSize = 64, Steps = 200, Smoothing = 0 };

        LearningRateCurve curve = LearningRateFinder.Find(
            trainer, data, toInfinity ? options with { DivergenceFactor = double.MaxValue } : options);

        curve.HasDiverged.Should().BeTrue();
        curve.Points.Count.Should().BeLessThan(200);
        curve.Points.Should().OnlyContain(point => double.IsFinite(point.SmoothedLoss));
        curve.Suggestion.Should().NotBeNull();
    }

    [Fact]
    public void It_gives_the_same_bits_on_any_number_of_threads()
    {
        LearningRatePoint[][] curves = new[] { 1, 2, 5 }.Select(threads =>
        {
            using Trainer<int> trainer = Fits.Compile(TestModels.Small());
            return LearningRateFinder.Find(trainer, TestModels.Data(), Options with { Threads = threads }).Points.ToArray();
        }).ToArray();
        curves[1].Should().Equal(curves[0]);
        curves[2].Should().Equal(curves[0]);
    }

    [Fact]
    public void Without_a_fall_there_is_no_suggestion()
    {
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        LearningRateCurve curve = LearningRateFinder.Find(trainer, TestModels.Data(), Options with { Steps = 11 });
        curve.Suggestion.Should().BeNull();
        curve.ToString().Should().EndWith("no suggestion: the loss does not fall in this range");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        foreach (LearningRateFinderOptions options in new LearningRateFinderOptions[]
        {
            new() { From = 0 }, new() { From = double.NaN }, new() { To = 1e-9 }, new() { To = double.PositiveInfinity },
            new() { Steps = 1 }, new() { BatchSize = 0 }, new() { Smoothing = 1 }, new() { DivergenceFactor = 1 }, new() { Threads = -1 },
        })
        {
            trainer.Invoking(t => LearningRateFinder.Find(t, TestModels.Data(), options)).Should().Throw<ArgumentException>();
        }
        trainer.Invoking(t => LearningRateFinder.Find(t, TestData.Classes(9, [5], 3))).Should().Throw<ArgumentException>();
    }

    private sealed class Losses : Callback
    {
        internal List<double> All { get; } = [];

        public override void OnStepEnd(FitContext context) => All.Add(context.LastStepLoss);
    }

    // (p - y)^2.
    private sealed class Squares : Loss<float>
    {
        public override int TargetWidth(Shape prediction) => 1;

        protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
        {
        }

        protected internal override void Evaluate(in LossPass<float> pass)
        {
            for (int row = 0; row < pass.Rows; row++)
            {
                double difference = (double)pass.Predictions[row] - pass.Targets[row];
                pass.RowLosses[row] = difference * difference;
                if (!pass.Gradient.IsEmpty)
                    pass.Gradient[row] = (float)(2 * difference) * pass.GradientScale;
            }
        }
    }
}
