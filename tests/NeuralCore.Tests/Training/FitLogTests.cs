using System.Globalization;
using System.Text.RegularExpressions;
using NeuralCore.Data;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary><c>FitOptions.Log</c>: a bar on a terminal, a line an epoch elsewhere, nothing where it is null.</summary>
public class FitLogTests
{
    private static readonly Evaluation Training = new(0.58514, new MetricValue("accuracy", 0.82944));
    private static readonly Evaluation Validation = new(0.2259, new MetricValue("accuracy", 0.935));

    [Fact]
    public void A_file_gets_one_line_an_epoch_and_no_control_characters()
    {
        StringWriter file = new();
        TrainingHistory history = Fit(file);

        string[] lines = file.ToString().TrimEnd().Split(file.NewLine);
        lines.Should().HaveCount(2);
        lines[0].Should().MatchRegex(
            @"^epoch 1/2: \d+\.\d\d s, loss \d\.\d{4}, accuracy \d\.\d{4}, validation loss \d\.\d{4}, validation accuracy \d\.\d{4}, [\d,]+ samples/s$");
        lines[1].Should().StartWith("epoch 2/2: ").And.Contain($"loss {LogNumber.Of(history.Epochs[1].Training.Loss)}");
        file.ToString().Should().NotContain("\r[").And.NotContain("\b").And.NotContain("\u001b");
    }

    [Fact]
    public void A_terminal_shows_a_bar_within_the_epoch_and_only_lines_after_it()
    {
        FakeTerminal terminal = new(width: 200);
        List<string> seen = [];
        Fit(terminal, new Fits.Immediate(() =>
        {
            Thread.Sleep(25);
            seen.Add(terminal.Lines()[^1]);
        }));

        seen.Should().Contain(line => Regex.IsMatch(
            line, @"^epoch [12]/2  \[=*>? *\]  \d/8  loss \d\.\d{4}  accuracy \d\.\d{4}  [\d,]+ samples/s$"));
        terminal.Lines().Should().HaveCount(3).And.OnlyContain(line => line.Length == 0 || !line.Contains('['));
        terminal.Lines()[^1].Should().BeEmpty();
    }

    [Fact]
    public void The_bar_is_written_at_most_ten_times_a_second()
    {
        FakeTerminal terminal = new();
        Clock clock = new();
        FitLog log = new(terminal, terminal, clock, "accuracy");
        int written = 0;
        for (int step = 1; step <= 118; step++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            if (!log.WantsStep)
                continue;
            written++;
            log.Step(Progress(step), TimeSpan.FromSeconds(1));
        }

        written.Should().Be(11);
        terminal.Lines().Should().ContainSingle();
    }

    [Fact]
    public void A_short_epoch_shows_its_line_without_a_flash_of_the_bar()
    {
        FakeTerminal terminal = new();
        Clock clock = new();
        FitLog log = new(terminal, terminal, clock, null);
        clock.Advance(TimeSpan.FromMilliseconds(99));
        log.WantsStep.Should().BeFalse();
        log.Epoch(1, 2, Result(null), 0.01f);
        clock.Advance(TimeSpan.FromMilliseconds(99));
        log.WantsStep.Should().BeFalse();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        log.WantsStep.Should().BeTrue();
    }

    [Theory]
    [InlineData(200, "epoch  3/20  [==============>             ]  61/118  loss 0.5851  accuracy 0.8294  31,232 samples/s")]
    [InlineData(80, "epoch  3/20  [====>   ]  61/118  loss 0.5851  accuracy 0.8294  31,232 samples/s")]
    [InlineData(79, "epoch  3/20  [============>            ]  61/118  loss 0.5851  accuracy 0.8294")]
    [InlineData(52, "epoch  3/20  [=======>       ]  61/118  loss 0.5851")]
    [InlineData(40, "epoch  3/20  [========>       ]  61/118")]
    [InlineData(24, "epoch  3/20  [====>   ]")]
    [InlineData(20, "epoch  3/20  61/118")]
    [InlineData(8, "epoch  ")]
    [InlineData(1, "")]
    public void The_bar_fits_the_terminal(int width, string expected)
    {
        FakeTerminal terminal = new(width);
        FitLog log = new(terminal, terminal, new Clock(), "accuracy");
        log.Step(Progress(61), TimeSpan.FromSeconds(1));

        terminal.Lines().Should().Equal(expected.TrimEnd());
        expected.Length.Should().BeLessThan(width);
    }

    [Fact]
    public void A_terminal_that_does_not_say_its_width_is_taken_for_80_columns()
    {
        FakeTerminal terminal = new(width: 80);
        FitLog log = new(terminal, terminal, new Clock(), "accuracy");
        terminal.Width = 0;
        log.Step(Progress(61), TimeSpan.FromSeconds(1));
        terminal.Width = 80;
        terminal.Lines().Should().ContainSingle().Which.Should().HaveLength(79);
    }

    [Fact]
    public void A_shorter_bar_leaves_nothing_of_the_longer_one()
    {
        FakeTerminal terminal = new();
        FitLog log = new(terminal, terminal, new Clock(), "accuracy");
        log.Step(Progress(61) with { Loss = 1234.5678 }, TimeSpan.FromSeconds(1));
        log.Step(Progress(62), TimeSpan.FromSeconds(1));
        terminal.Lines().Should().Equal("epoch  3/20  [====>   ]  62/118  loss 0.5851  accuracy 0.8294  31,744 samples/s");
        terminal.Width = 41;
        log.Step(Progress(61), TimeSpan.FromSeconds(1));
        terminal.Width = 80;
        terminal.Lines()[^1].Should().StartWith("epoch  3/20  [========>        ]  61/118");
    }

    [Fact]
    public void The_learning_rate_is_named_where_it_changes()
    {
        StringWriter file = new();
        FitLog log = new(file, null, new Clock(), null) { LearningRate = 0.01f };
        log.Epoch(1, 3, Result(Validation), 0.01f);
        log.Epoch(2, 3, Result(null), 0.005f);
        log.Epoch(3, 3, Result(null), 0.005f);

        file.ToString().Split(file.NewLine).Should().Equal(
            "epoch 1/3: 0.53 s, loss 0.5851, accuracy 0.8294, validation loss 0.2259, validation accuracy 0.9350, 112,953 samples/s",
            "epoch 2/3: 0.53 s, loss 0.5851, accuracy 0.8294, learning rate 0.005, 112,953 samples/s",
            "epoch 3/3: 0.53 s, loss 0.5851, accuracy 0.8294, 112,953 samples/s",
            "");
    }

    [Theory]
    [InlineData(0.53, "0.53 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(125, "2:05 min")]
    [InlineData(90125, "25:02:05 h")]
    public void Durations_have_a_fitting_unit(double seconds, string expected) =>
        LogNumber.Duration(TimeSpan.FromSeconds(seconds)).Should().Be(expected);

    [Theory]
    [InlineData(0, "0.0000")]
    [InlineData(0.98765, "0.9877")]
    [InlineData(-12.5, "-12.5000")]
    [InlineData(0.000012345, "1.235e-05")]
    [InlineData(1234567.8, "1.235e+06")]
    [InlineData(double.NaN, "NaN")]
    public void Values_show_four_digits_that_matter(double value, string expected) => LogNumber.Of(value).Should().Be(expected);

    [Fact]
    public void The_culture_does_not_change_a_character()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            german.NumberFormat.NumberDecimalSeparator = ",";
            german.NumberFormat.NumberGroupSeparator = ".";
            CultureInfo.CurrentCulture = german;
            FakeTerminal terminal = new(200);
            FitLog log = new(terminal, terminal, new Clock(), "accuracy");
            log.Step(Progress(61), TimeSpan.FromSeconds(1));
            log.Epoch(1, 2, Result(Validation), 0.005f);
            terminal.ToString().Should().Contain("loss 0.5851  accuracy 0.8294  31,232 samples/s")
                .And.Contain("0.53 s, loss 0.5851").And.Contain("learning rate 0.005, 112,953 samples/s");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(true, true, null, "xterm", true)]
    [InlineData(true, true, "", null, true)]
    [InlineData(false, true, null, "xterm", false)]
    [InlineData(true, false, null, "xterm", false)]
    [InlineData(true, true, "1", "xterm", false)]
    [InlineData(true, true, null, "dumb", false)]
    public void Only_a_console_that_wants_it_gets_a_bar(bool isConsole, bool hasItsEncoding, string? noColor, string? term, bool expected)
    {
        ITerminal? found = ConsoleTerminal.Behind(
            isConsole, hasItsEncoding, name => name switch { "NO_COLOR" => noColor, "TERM" => term, _ => null });
        (found is not null).Should().Be(expected);
    }

    [Fact]
    public void A_writer_of_the_user_s_is_no_terminal() => ConsoleTerminal.Behind(new StringWriter()).Should().BeNull();

    [Fact]
    public void A_fit_that_fails_leaves_no_bar()
    {
        FakeTerminal terminal = new();
        int steps = 0;
        Action fit = () => Fit(terminal, new Fits.Immediate(() =>
        {
            Thread.Sleep(50);
            if (++steps == 6)
                throw new InvalidOperationException("stop");
        }));

        fit.Should().Throw<InvalidOperationException>();
        terminal.ToString().Should().Contain("[=");
        terminal.Lines().Should().Equal("");
    }

    [Fact]
    public void A_log_changes_no_bit()
    {
        Sequential silent = TestModels.Small();
        Sequential logged = TestModels.Small();
        Fit(null, model: silent);
        Fit(new StringWriter(), model: logged);
        TestModels.Bits(logged).Should().Equal(TestModels.Bits(silent));
    }

    private static TrainingHistory Fit(TextWriter? log, IProgress<FitProgress>? progress = null, Sequential? model = null)
    {
        using Trainer<int> trainer = (model ?? TestModels.Small()).Compile(
            new Adam(0.01f), new SparseCategoricalCrossEntropy(), new Accuracy());
        return trainer.Fit(TestModels.Data(), new()
        {
            Epochs = 2,
            BatchSize = 24,
            Validation = Split.Stratified(0.1),
            Log = log,
            Progress = progress,
        });
    }

    private static FitProgress Progress(int step) => new()
    {
        Epoch = 3,
        Epochs = 20,
        Step = step,
        StepsPerEpoch = 118,
        Samples = step * 512,
        SamplesPerEpoch = 60_000,
        Loss = 0.58514,
        FirstMetric = 0.82944,
        Elapsed = TimeSpan.FromSeconds(3),
    };

    private static EpochResult Result(Evaluation? validation) =>
        new(1, Training, validation, TimeSpan.FromMilliseconds(531), 112_953.4);

    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        internal void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
