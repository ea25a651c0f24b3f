using System.Text.Json;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

public class ReduceOnPlateauTests
{
    private static readonly JsonElement Fixture = PeerFixture.Load("schedules");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sixty_epochs_have_the_rates_of_PyTorch(int index)
    {
        JsonElement one = Fixture.GetProperty("plateaus")[index];
        bool max = one.GetProperty("mode").GetString() == "max";
        double Setting(string name) => one.GetProperty(name).GetDouble();
        ReduceLearningRateOnPlateau Create() => new(
            Setting("factor"), (int)Setting("patience"), Setting("threshold"), (int)Setting("cooldown"), Setting("minRate"),
            Monitored.TrainingMetric("m", max));
        ReduceLearningRateOnPlateau callback = Create();
        using Trainer<int> trainer = Fits.Compile(TestModels.Small(), new Sgd(0.4));
        FitContext context = new(trainer, 60, false);
        callback.OnFitBegin(context);
        (double[] losses, double[] expected) = (Fixture.Doubles("losses"), one.Doubles("rates"));

        for (int i = 0; i < losses.Length; i++)
        {
            // The state goes through a checkpoint after every epoch.
            CallbackState state = new();
            callback.SaveState(state);
            callback = Create();
            trainer.State.EpochCount = i;
            callback.OnFitBegin(context);
            callback.LoadState(state);

            double value = max ? -losses[i] : losses[i];
            callback.OnEpochEnd(context, new EpochResult(i + 1, new Evaluation(0, [new MetricValue("m", value)]), null, default, 0));

            ((double)trainer.LearningRate).Should().BeApproximately(expected[i], 1e-5 * expected[i], "epoch {0}", i + 1);
        }
    }

    [Fact]
    public void A_schedule_beside_it_is_refused()
    {
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        FitOptions<int> options = Fits.Options() with
        {
            Callbacks = [new ReduceLearningRateOnPlateau()],
            Schedule = new ConstantRate(),
        };
        trainer.Invoking(t => t.Fit(TestModels.Data(), options)).Should().Throw<InvalidOperationException>()
            .WithMessage("*ReduceLearningRateOnPlateau and the schedule ConstantRate*Use one of them*");
        trainer.StepCount.Should().Be(0);
    }

    [Theory]
    [InlineData("wait", 2)]
    [InlineData("wait", -1)]
    [InlineData("wait", 0.5)]
    [InlineData("cooldownLeft", 4)]
    [InlineData("cooldownLeft", double.NaN)]
    public void A_state_that_cannot_be_is_refused(string name, double value)
    {
        ReduceLearningRateOnPlateau callback = new(patience: 2, cooldown: 3);
        CallbackState state = new();
        callback.SaveState(state);
        state.Set(name, value);
        callback.Invoking(c => c.LoadState(state)).Should().Throw<ArgumentException>().WithMessage("*ReduceLearningRateOnPlateau*");
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        foreach (Action make in new Action[]
        {
            () => _ = new ReduceLearningRateOnPlateau(1), () => _ = new ReduceLearningRateOnPlateau(0),
            () => _ = new ReduceLearningRateOnPlateau(patience: 0), () => _ = new ReduceLearningRateOnPlateau(minDelta: -1),
            () => _ = new ReduceLearningRateOnPlateau(cooldown: -1), () => _ = new ReduceLearningRateOnPlateau(minRate: double.NaN),
        })
        {
            make.Should().Throw<ArgumentException>();
        }
    }
}
