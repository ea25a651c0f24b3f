using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Training;

namespace NeuralCore.Tests.Samples;

/// <summary>What is shown fits where it is shown.</summary>
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
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().BeSubsetOf(["7/20", "0.1235", "0.9877", "123,457", "1:05"]).And.Contain("0.1235");
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
    [InlineData(3599.5, "1:00:00")]
    [InlineData(7265, "2:01:05")]
    public void Durations_are_short(double seconds, string expected) => Numbers.Duration(TimeSpan.FromSeconds(seconds)).Should().Be(expected);

    [Fact]
    public void Huge_losses_do_not_burst_their_column() => Numbers.Fixed(1.5e30).Should().Be("1.50E+030");

    [Fact]
    public void Live_display_leaves_the_rows_and_gives_the_cursor_back()
    {
        StringWriter writer = new();
        LiveDisplay display = new(Terminal.To(writer, 45, isInteractive: true));

        FluentActions.Invoking(() => display.Show(() =>
        {
            display.Report(new FitProgress { Epoch = 1, Epochs = 2, Step = 1, StepsPerEpoch = 2, Samples = 5, SamplesPerEpoch = 10, Loss = 2.5, FirstMetric = 0.25, Elapsed = TimeSpan.FromSeconds(1) });
            throw new OperationCanceledException();
        })).Should().Throw<OperationCanceledException>();

        string text = writer.ToString();
        text.Should().Contain("epoch     loss accuracy samples/s  left").And.Contain("  1/2   2.5000   0.2500         5   3 s");
        text.LastIndexOf("\u001b[?25h", StringComparison.Ordinal).Should().BeGreaterThan(text.LastIndexOf("\u001b[?25l", StringComparison.Ordinal));
    }
}
