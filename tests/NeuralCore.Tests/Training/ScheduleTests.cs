using System.Text.Json;
using NeuralCore.Tests.Support;
using NeuralCore.Training;
using static NeuralCore.Training.ScheduleDuration;

namespace NeuralCore.Tests.Training;

/// <summary>Each schedule against PyTorch's schedulers or Keras' formula: <c>tests/fixtures/schedules.py</c>.</summary>
public class ScheduleTests
{
    private static readonly JsonElement Fixture = PeerFixture.Load("schedules");

    private static readonly Dictionary<string, LearningRateSchedule> Cases = new()
    {
        ["step"] = new StepDecay(OfSteps(7), 0.3),
        ["exponential"] = new ExponentialDecay(OfSteps(1), 0.9),
        ["keras exponential"] = new ExponentialDecay(OfSteps(9), 0.5),
        ["polynomial"] = new PolynomialDecay(OfSteps(40), 1.7),
        ["keras polynomial"] = new PolynomialDecay(OfSteps(40), 2, 0.25),
        ["linear"] = new PolynomialDecay(OfSteps(30), endFactor: 0.25),
        ["cosine"] = new CosineDecay(OfSteps(50), 0.1),
        ["restarts"] = new CosineDecay(OfSteps(6), restarts: true),
        ["growing restarts"] = new CosineDecay(OfSteps(6), restarts: true, restartGrowth: 2),
        ["keras restarts"] = new CosineDecay(OfSteps(5), 0.2, restarts: true, restartGrowth: 3),
        ["piecewise"] = new PiecewiseConstant((OfSteps(10), 0.1), (OfSteps(33), 0.01)),
        ["one cycle"] = new OneCycle(OfSteps(51)),
        ["warm-up"] = new ExponentialDecay(OfSteps(1), 0.95).WithWarmUp(OfSteps(8), 0.25),
        ["function"] = LearningRateSchedule.From("1 / (1 + 0.1 t)", position => 1 / (1 + 0.1 * position.Step)),
    };

    public static TheoryData<string> Names => [.. Fixture.GetProperty("schedules").EnumerateObject().Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fifty_rates_are_the_peer_s(string name)
    {
        double[] expected = Fixture.GetProperty("schedules").Doubles(name);
        double start = Fixture.GetProperty("base").GetDouble();

        for (int step = 0; step < expected.Length; step++)
        {
            double found = start * Cases[name].FactorAt(new SchedulePosition(step, 1000));
            found.Should().BeApproximately(expected[step], 1e-12 + 1e-9 * expected[step], "step {0}", step);
        }
    }

    [Fact]
    public void Durations_in_epochs_are_as_many_steps()
    {
        for (int step = 0; step < 100; step++)
        {
            new CosineDecay(OfEpochs(7)).FactorAt(new SchedulePosition(step, 9)).Should().Be(
                new CosineDecay(OfSteps(63)).FactorAt(new SchedulePosition(step, 1)));
            new StepDecay(OfEpochs(3), 0.5).FactorAt(new SchedulePosition(step, 9)).Should().Be(1.0 / (1 << (step / 27)));
        }
        new SchedulePosition(26, 9).Epoch.Should().Be(2);
    }

    [Fact]
    public void A_schedule_that_follows_another_begins_at_its_own_first_step()
    {
        LearningRateSchedule all = new ConstantRate(0.5).Then(OfSteps(3), new PolynomialDecay(OfSteps(4)))
            .Then(OfEpochs(1), new ConstantRate(7));

        Factors(all, 12, stepsPerEpoch: 10).Should().Equal(0.5, 0.5, 0.5, 1, 0.75, 0.5, 0.25, 0, 0, 0, 7, 7);
        Factors(new WarmUp(OfSteps(4)), 6).Should().Equal(0, 0.25, 0.5, 0.75, 1, 1);
        all.ToString().Should().Be("((ConstantRate(factor: 0.5) for 3 steps, then PolynomialDecay(duration: 4 steps, power: 1, "
            + "endFactor: 0)) for 1 epoch, then ConstantRate(factor: 7))");
    }

    [Fact]
    public void Cycles_of_a_step_or_two_have_defined_rates()
    {
        foreach (int steps in new[] { 1, 2, 3, 4 })
            Factors(new OneCycle(OfSteps(steps)), 6).Should().OnlyContain(factor => factor >= 1 / 25e4 - 1e-12 && factor <= 1);
        Factors(new OneCycle(OfSteps(3)), 5).Skip(2).Should().OnlyContain(factor => Math.Abs(factor - 1 / 25e4) < 1e-12);
    }

    [Fact]
    public void Every_setting_is_in_the_text()
    {
        LearningRateSchedule[] all =
        [
            .. Cases.Values, new StepDecay(OfEpochs(7), 0.3), new StepDecay(OfSteps(7), 0.2), new ExponentialDecay(OfSteps(1), 0.8),
            new PolynomialDecay(OfSteps(40), 1.6), new PolynomialDecay(OfSteps(40), 1.7, 0.1), new CosineDecay(OfSteps(50), 0.2),
            new CosineDecay(OfSteps(5), 0.2, restarts: true), new OneCycle(OfSteps(51), 0.4), new OneCycle(OfSteps(51), 0.3, 0.1),
            new OneCycle(OfSteps(51), endFactor: 0.1), new WarmUp(OfSteps(8)), new WarmUp(OfSteps(8), startFactor: 0.5),
            new WarmUp(OfSteps(9)), new ConstantRate(), new ConstantRate(2), new PiecewiseConstant((OfSteps(10), 0.1)),
            new ConstantRate().Then(OfSteps(1), new ConstantRate(2)), new ConstantRate().Then(OfSteps(2), new ConstantRate(2)),
        ];
        all.Select(one => one.ToString()).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        foreach (Action make in new Action[]
        {
            () => OfEpochs(0), () => OfSteps(-1), () => _ = new StepDecay(OfSteps(1), -1), () => _ = new StepDecay(default),
            () => _ = new ExponentialDecay(OfSteps(1), 0), () => _ = new ExponentialDecay(OfSteps(1), double.NaN),
            () => _ = new PolynomialDecay(OfSteps(1), 0), () => _ = new PolynomialDecay(OfSteps(1), 1, -1),
            () => _ = new CosineDecay(OfSteps(1), double.PositiveInfinity), () => _ = new CosineDecay(OfSteps(1), restartGrowth: 0),
            () => _ = new WarmUp(OfSteps(1), startFactor: -1), () => _ = new WarmUp(default), () => _ = new OneCycle(OfSteps(9), 0),
            () => _ = new OneCycle(OfSteps(9), 1), () => _ = new ConstantRate(-1), () => _ = new PiecewiseConstant(),
            () => _ = new PiecewiseConstant((OfSteps(2), 1), (OfSteps(2), 0.5)), () => _ = new PiecewiseConstant((OfSteps(2), -1)),
            () => _ = new PiecewiseConstant((OfSteps(2), 1), (OfEpochs(3), 0.5)), () => LearningRateSchedule.From(" ", _ => 1),
            () => new ConstantRate().Then(default, new ConstantRate()), () => new ConstantRate().Then(OfSteps(1), null!),
        })
        {
            make.Should().Throw<ArgumentException>();
        }
    }

    private static double[] Factors(LearningRateSchedule schedule, int steps, int stepsPerEpoch = 1000) =>
        Enumerable.Range(0, steps).Select(step => schedule.FactorAt(new SchedulePosition(step, stepsPerEpoch))).ToArray();
}
