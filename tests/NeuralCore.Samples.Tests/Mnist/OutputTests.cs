using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Training;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>All output fits the width of the terminal.</summary>
public class OutputTests
{
    private static readonly EpochRow Row = new(7, 20, 0.12345, 0.98765, 123_456.7, TimeSpan.FromSeconds(64.2), 0.35);

    [Theory]
    [InlineData(20)]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(45)]
    [InlineData(80)]
    public void Epoch_rows_fit_and_no_number_is_cut(int width)
    {
        EpochColumns columns = EpochColumns.For(20, width);
        string line = columns.Format(Row);

        line.Length.Should().BeLessThan(width);
        columns.Header.Length.Should().Be(line.Length);
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Should().BeSubsetOf(["7/20", "0.1235", "0.9877", "123,457", "1:05"]).And.Contain("0.1235");
    }

    [Fact]
    public void Forty_columns_show_everything() =>
        EpochColumns.For(20, 40).Format(Row).Should().Be(" 7/20   0.1235   0.9877   123,457  1:05");

    [Fact]
    public void Wide_summaries_stay_and_narrow_ones_close_up()
    {
        string summary = ExperimentTable.Find("baseline")!.BuildModel(1).Summary();

        SummaryLayout.Fit(summary, 80).Should().Be(summary.ReplaceLineEndings("\n"));
        string[] narrow = SummaryLayout.Fit(summary, 45).Split('\n');
        narrow.Should().OnlyContain(line => line.Length <= 40);
        narrow.Should().ContainInOrder(
            "Layer (type)       Output Shape  Param #",
            "dense (Dense)      (None, 128)   100,480",
            "dropout (Dropout)  (None, 128)   0",
            "Total params: 118,282 (462.04 KB)");
    }

    [Fact]
    public void Lists_fit_forty_columns()
    {
        StringWriter writer = new();
        ExperimentList.Write(Terminal.To(writer, 40), ExperimentTable.All);

        writer.ToString().ReplaceLineEndings("\n").Split('\n').Should().OnlyContain(line => line.Length <= 40);
        writer.ToString().Should().Contain("  report: loss 35.08, accuracy 0.91");
    }

    [Fact]
    public void Messages_fold_between_words()
    {
        Terminal.Fold("a bb ccc dddd", 5).Should().Be("a bb\nccc\ndddd");
        Terminal.Fold("https://example.org/long a", 5).Should().Be("https://example.org/long\na");
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(11.2, "12 s")]
    [InlineData(59.5, "1:00")]
    [InlineData(3598.5, "59:59")]
    [InlineData(3599.5, "1.0 h")]
    [InlineData(7265, "2.0 h")]
    public void Durations_are_short(double seconds, string expected) =>
        Numbers.Duration(TimeSpan.FromSeconds(seconds)).Should().Be(expected);

    [Theory]
    [InlineData(35.08, "35.0800")]
    [InlineData(1000, "1000.00")]
    [InlineData(99_999.5, "99999.50")]
    [InlineData(1.5e30, "1.50e+30")]
    public void Large_losses_do_not_burst_their_column(double loss, string expected) => Numbers.Fixed(loss).Should().Be(expected);

    [Fact]
    public void Long_entries_keep_their_distance() =>
        EpochColumns.For(2000, 80).Format(Row with { Epochs = 2000, SamplesPerSecond = 1_234_567_890, Left = TimeSpan.FromHours(12_345) })
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Should().Equal("7/2000", "0.1235", "0.9877", "1,234,567,890", "12345.0", "h");

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    public void Live_display_ends_with_a_table_of_all_epochs(int width)
    {
        Screen screen = new();
        LiveDisplay display = new(Terminal.To(screen.Writer, width, isInteractive: true));

        display.Show(() =>
        {
            for (int epoch = 1; epoch <= 3; epoch++)
            {
                display.Report(Progress(epoch, 5));
                display.Report(Progress(epoch, 10));
                display.EndEpoch(10);
            }
            screen.Lines()[^1].Should().MatchRegex("^[━#]+$");
            return null!;
        });

        screen.Lines().Should().Equal(
            "epoch     loss accuracy samples/s  left",
            "  1/3   2.5000   0.2500        10   2 s",
            "  2/3   2.5000   0.2500        10   1 s",
            "  3/3   2.5000   0.2500        10   0 s");
    }

    [Fact]
    public void Live_display_gives_the_cursor_back_when_the_fit_ends_early()
    {
        Screen screen = new();
        LiveDisplay display = new(Terminal.To(screen.Writer, 45, isInteractive: true));

        FluentActions.Invoking(() => display.Show(() =>
        {
            display.Report(Progress(1, 5));
            screen.Lines()[1].Should().Be("  1/3   2.5000   0.2500        10   3 s");
            screen.IsCursorShown.Should().BeFalse();
            throw new OperationCanceledException();
        })).Should().Throw<OperationCanceledException>();

        screen.Lines().Should().Equal("epoch     loss accuracy samples/s  left");
        screen.IsCursorShown.Should().BeTrue();
    }

    // One second per epoch of ten samples.
    private static FitProgress Progress(int epoch, int samples) => new()
    {
        Epoch = epoch,
        Epochs = 3,
        Step = samples / 5,
        StepsPerEpoch = 2,
        Samples = samples,
        SamplesPerEpoch = 10,
        Loss = 2.5,
        FirstMetric = 0.25,
        Elapsed = TimeSpan.FromSeconds(epoch - 1 + samples / 10.0),
    };
}
