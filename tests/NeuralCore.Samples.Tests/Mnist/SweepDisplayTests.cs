using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>The display during a sweep.</summary>
public class SweepDisplayTests
{
    private static readonly PlannedRun Run = new(ExperimentTable.Find("categorical-baseline")!, 12, 20);

    [Theory]
    [InlineData(23)]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void Picture_fits_the_terminal_and_says_what_runs(int width)
    {
        SweepState state = new(
            37, 240, TimeSpan.FromSeconds(65), TimeSpan.FromSeconds(600), 0.25,
            [
                new JobState(Run, new EpochRow(7, 20, 0.1234, 0.9765, 1e5, TimeSpan.Zero, 0.3)),
                new JobState(Run with { Seed = 3 }, new EpochRow(1, 20, double.NaN, double.NaN, 0, TimeSpan.Zero, 0)),
            ]);

        string[] lines = SweepDisplay.Lines(state, width, hasUnicode: false).ToArray();

        lines.Should().OnlyContain(line => line.Length < width);
        lines[0].Should().StartWith("37 of 240 runs done");
        lines.Single(line => line[0] == '#').Count(c => c == '#').Should().Be(lines.Single(line => line[0] == '#').Length / 4);
        // Even a narrow display omits nothing and cuts no word.
        string.Join(' ', lines).Replace(",", "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word[0] != '#').Should().Equal(
            ("37 of 240 runs done 1:05 elapsed 10:00 left categorical-baseline seed 12 epoch 7/20 loss 0.1234 accuracy 0.9765 "
                + "categorical-baseline seed 3 epoch 1/20").Split(' '));
        if (width < 80)
            return;
        lines.Should().HaveCount(4);
        lines[0].Should().Be("37 of 240 runs done, 1:05 elapsed, 10:00 left");
        lines[2].Should().EndWith("epoch 7/20   loss 0.1234, accuracy 0.9765");
        lines[3].Should().EndWith("epoch 1/20");
    }

    [Fact]
    public void Moving_picture_ends_with_the_work_and_its_failure_comes_through()
    {
        StringWriter writer = new();
        Terminal terminal = Terminal.To(writer, 80, isInteractive: true);
        SweepProgress progress = new([Run], alreadyDone: 2);

        FluentActions.Invoking(() => new SweepDisplay(terminal, progress).Show(() =>
        {
            progress.Begin(0, Run);
            Thread.Sleep(400);
            throw new InvalidDataException("Broken.");
        })).Should().Throw<InvalidDataException>().WithMessage("Broken.");

        writer.ToString().Should().Contain("2 of 3 runs done").And.Contain("categorical-baseline seed 12");
    }

    [Fact]
    public void Finished_runs_count_and_time_left_follows_the_work_done()
    {
        SweepProgress progress = new([Run, Run with { Seed = 13 }], alreadyDone: 5);
        List<SweepState> heard = [];
        progress.Finished += (_, state) => heard.Add(state);
        progress.State().Left.Should().BeNull("nothing is done yet");

        progress.Begin(0, Run);
        Thread.Sleep(50);
        progress.End(0, SampleRuns.Run("categorical-baseline", 12, 0.9));

        SweepState state = heard.Should().ContainSingle().Which;
        (state.Done, state.Total, state.Fraction, state.Jobs.Count).Should().Be((6, 7, 0.5, 0));
        state.Left!.Value.Should().BeCloseTo(state.Elapsed, TimeSpan.FromMilliseconds(1), "half is done and half is left");
    }
}
