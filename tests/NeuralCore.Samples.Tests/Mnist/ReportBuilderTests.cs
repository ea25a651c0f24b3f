using NeuralCore.Samples.Mnist.Reporting;
using static NeuralCore.Samples.Tests.Mnist.SampleRuns;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>The report that is computed from runs.</summary>
public class ReportBuilderTests
{
    private static readonly double[] Baseline = [0.9780, 0.9782, 0.9779, 0.9785, 0.9781];

    [Fact]
    public void One_rule_gives_every_verdict()
    {
        ReportData report = Report(
            Runs("categorical-baseline", Baseline),
            Runs("categorical-1", Shifted(0.0020)),
            Runs("categorical-2", Shifted(-0.0020)),
            Runs("categorical-3", Shifted(0.00002)),
            Runs("categorical-4", 0.9700, 0.9860, 0.9760, 0.9840, 0.9775),
            Runs("sparse-1", Baseline));

        Of("categorical-1").Should().Be(Verdict.Better);
        Of("categorical-2").Should().Be(Verdict.Worse);
        Of("categorical-3").Should().Be(Verdict.Equivalent);
        Of("categorical-4").Should().Be(Verdict.NoEvidence);
        report.Find("categorical-baseline")!.Comparison.Should().BeNull();
        report.Find("sparse-1")!.Comparison.Should().BeNull("its baseline was not run");
        report.Find("sparse-2").Should().BeNull();

        Verdict Of(string id) => report.Find(id)!.Comparison!.Verdict;
    }

    [Fact]
    public void No_winner_holds_zero_in_its_interval_and_the_correction_is_over_the_group()
    {
        // p = 0.02: significant as a single comparison, not among four.
        double[] weak = Baseline.Zip([0.0002, 0.0012, 0.0009, 0.0001, 0.0007], (a, b) => a + b).ToArray();
        ReportData alone = Report(Runs("sparse-baseline", Baseline), Runs("sparse-1", weak));
        ReportData among = Report(
            Runs("sparse-baseline", Baseline),
            Runs("sparse-1", weak),
            Runs("sparse-2", Baseline),
            Runs("sparse-3", Baseline),
            Runs("sparse-4", Baseline));

        alone.Find("sparse-1")!.Comparison!.Verdict.Should().Be(Verdict.Better);
        Comparison corrected = among.Find("sparse-1")!.Comparison!;
        corrected.HolmP.Should().BeApproximately(4 * corrected.Accuracy.P!.Value, 1e-12);
        corrected.HolmP.Should().BeGreaterThan(0.05);
        corrected.Verdict.Should().NotBe(Verdict.Better);
        IEnumerable<ExperimentSummary> decided = among.Experiments.Concat(alone.Experiments)
            .Where(its => its.Comparison?.Verdict is Verdict.Better or Verdict.Worse);
        foreach (ExperimentSummary summary in decided)
            summary.Comparison!.Accuracy.Confidence!.Value.Contains(0).Should().BeFalse();
        corrected.Detectable.Should().BeGreaterThan(alone.Find("sparse-1")!.Comparison!.Detectable!.Value);
    }

    [Fact]
    public void Equal_differences_are_no_evidence()
    {
        ReportData report = Report(
            Runs("sparse-baseline", 0.9325, 0.9331), Runs("sparse-1", 0.9353, 0.9359), Runs("sparse-2", 0.9325, 0.9331));

        report.Find("sparse-1")!.Comparison!.Verdict.Should().Be(Verdict.NoEvidence);
        report.Find("sparse-2")!.Comparison!.Verdict.Should().Be(Verdict.NoEvidence);
    }

    [Fact]
    public void One_seed_tests_nothing()
    {
        ReportData report = Report(Runs("sparse-baseline", 0.97), Runs("sparse-1", 0.98));

        Comparison comparison = report.Find("sparse-1")!.Comparison!;
        comparison.Verdict.Should().Be(Verdict.Untested);
        comparison.HolmP.Should().BeNull();
        comparison.Bootstrap.Should().BeNull();
        comparison.Accuracy.Mean.Should().BeApproximately(0.01, 1e-12);
    }

    [Fact]
    public void Pairs_are_of_common_seeds()
    {
        ReportData report = Report(
            [Run("sparse-baseline", 1, 0.97), Run("sparse-baseline", 2, 0.90)],
            [Run("sparse-1", 2, 0.91), Run("sparse-1", 3, 0.5)]);

        report.Find("sparse-1")!.Comparison!.Seeds.Should().Equal(2);
        report.Find("sparse-1")!.Comparison!.Accuracy.Values.Should().ContainSingle().Which.Should().BeApproximately(0.01, 1e-12);
        report.Seeds.Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Order_of_runs_does_not_matter()
    {
        RunRecord[] runs =
        [
            .. Runs("basic", 0.9, 0.91),
            .. Runs("categorical-baseline", Baseline),
            .. Runs("sparse-baseline", Baseline),
            .. Runs("sparse-7", Shifted(0.001)),
        ];
        Provenance made = ProvenanceBuilder.Build(runs, [Part()]);

        string forward = CsvReport.Write(ReportBuilder.Build(runs, Test, made));

        CsvReport.Write(ReportBuilder.Build(runs.Reverse(), Test, made)).Should().Be(forward);
    }

    [Fact]
    public void Identity_is_by_the_weights_run_by_run()
    {
        ReportData report = Report(
            [Run("categorical-3", 1, 0.9, sha: new string('a', 64)), Run("categorical-3", 2, 0.9, sha: new string('b', 64))],
            [
                Run("sparse-3", 1, 0.9, sha: new string('a', 64)),
                Run("sparse-3", 2, 0.9, sha: new string('c', 64)),
                Run("sparse-3", 3, 0.9),
            ]);

        IdentityRow row = report.Identity.Should().ContainSingle().Which;
        (row.Categorical.Id, row.Sparse.Id, row.Pairs.Count, row.Identical).Should().Be(("categorical-3", "sparse-3", 2, 1));
    }

    [Fact]
    public void Basic_is_read_in_three_ways()
    {
        BasicReadings basic = Report(Runs("basic", 0.92, 0.93)).Basic!;

        basic.ScaledAccuracy.Mean.Should().BeApproximately(0.925, 1e-12);
        basic.RawLoss.Mean.Should().BeApproximately(36.5, 1e-12);
        basic.RawTraining.Select(outcome => outcome.Outcome.DivergedAtStep).Should().Equal(17, null);
    }

    [Fact]
    public void Wall_time_stands_over_the_time_at_each_machines_own_peak()
    {
        RunRecord[] runs = [Run("basic", 1, 0.9, part: "a"), Run("basic", 2, 0.9, part: "a"), Run("basic", 3, 0.9, part: "b")];

        // b was killed, so its time ends with its last run. Each run takes 1 TFLOP; the peaks are 2 and 4 TFLOP/s.
        Provenance made = ProvenanceBuilder.Build(
            runs, [Part("a", wall: 5), Part("b", wall: null, before: 4e12, after: null), Part("c", wall: 1)]);

        made.WallSeconds.Should().Be(5 + 3 + 1);
        made.Ratio.Should().BeApproximately(9 / (2 / 2.0 + 1 / 4.0), 1e-12);
    }

    [Theory]
    [InlineData("report --seeds 3", "basic", "baseline", "categorical", "sparse")]
    [InlineData("report --seeds 3 --only basic,sparse", "sparse", "basic")]
    public void Command_that_repeats_it_is_short(string expected, params string[] groups) =>
        ProvenanceBuilder.CommandFor(Everything().Runs.Where(run => groups.Contains(run.Experiment.Split('-')[0])).ToArray())
            .Should().EndWith(expected);

    [Fact]
    public void Every_form_says_what_was_found()
    {
        ReportData report = Everything();
        string markdown = MarkdownReport.Write(report);

        markdown.Should().ContainAll(
            "| Decrease neurons in 1st layer (1) | 100 | 156 | - | 25 % |", "(0.067)", "(1) As published", "Holm", "McNemar",
            "bit-identical weights in 33 of 33",
            "1 of 3 diverged", "35.08", "nearly homogeneous", "A processor", "--seeds 3`");
        string[] lines = CsvReport.Write(report).TrimEnd('\n').Split('\n');
        lines.Should().HaveCount(25);
        lines.Select(line => line.Split(',').Length).Distinct().Should().ContainSingle();
        lines[4].Should().StartWith(
            "categorical-1,categorical,Decrease neurons in 2nd layer,128-100,0.25,categorical,adam,20,512,mnist,3,0.071,0.979,0.07,");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Seeds_that_find_no_difference_are_called_too_few_in_every_form(int seeds)
    {
        // With four pairs it is their spread: differences of many points.
        double[] wild = [.80, .95, .82, .99], steady = [.97, .98, .97, .98];
        ReportData report = Report(Runs("sparse-baseline", steady[..seeds]), Runs("sparse-1", wild[..seeds]));

        report.Find("sparse-1")!.Comparison!.Detectable.Should().BeGreaterThan(ReportBuilder.LargestDetectable);
        string markdown = MarkdownReport.Write(report), page = NeuralCore.Samples.Mnist.Reporting.Html.HtmlReport.Write(report);
        string said = $"{seeds} seeds are too few to find a difference";
        markdown.Should().Contain($"{said} (sparse).").And.Contain("| too few seeds |")
            .And.NotContain("would have been found with a power of 80 % (");
        page.Should().Contain(said).And.Contain("too few seeds").And.NotContain("would have been found with a power of 80 % (")
            .And.Contain("These seeds are too few to find a difference.");
        string[] titles = CsvReport.Write(report).Split('\n')[0].Split(','), cells = CsvReport.Write(report).Split('\n')[2].Split(',');
        double.Parse(cells[Array.IndexOf(titles, "detectable")], System.Globalization.CultureInfo.InvariantCulture)
            .Should().BeGreaterThan(ReportBuilder.LargestDetectable);
    }

    [Fact]
    public void Only_the_experiments_with_too_few_seeds_are_called_so()
    {
        ReportData report = Report(Runs("sparse-baseline", .97, .98, .97, .98), Runs("sparse-1", .80, .95, .82, .99),
            Runs("sparse-2", .971, .98, .972, .981));

        MarkdownReport.Write(report).Should().MatchRegex(
            @"With 4 seeds, a true difference of 0\.\d\d points would have been found with a power of 80 %; "
            + @"for sparse-1 the seeds are too few to find one \(sparse\)\.");
    }

    [Fact]
    public void Published_figures_are_not_compared_with_those_of_synthetic_digits()
    {
        ReportData report = ReportFixture.Build(data: "synthetic");
        string[] published = ["(0.981)", "(0.977)", "35.08, accuracy 0.91", "(report: 35.08)", "stand in brackets", "in brackets;",
            "Loss (report)", "What the report published"];

        foreach (string form in (string[])[MarkdownReport.Write(report), NeuralCore.Samples.Mnist.Reporting.Html.HtmlReport.Write(report)])
            form.Should().NotContainAny(published);
        string[] titles = CsvReport.Write(report).Split('\n')[0].Split(',');
        CsvReport.Write(report).Split('\n')[1].Split(',')[Array.IndexOf(titles, "report_loss")].Should().BeEmpty();
        MarkdownReport.Write(ReportFixture.Build()).Should().Contain("(0.977)").And.Contain("(report: 35.08)");
    }

    [Fact]
    public void Synthetic_data_and_other_epochs_are_said_first()
    {
        RunRecord[] runs = Runs("baseline", 0.99, 0.98).Select(run => run with { Data = "synthetic", Epochs = 2 }).ToArray();
        ReportData report = ReportBuilder.Build(runs, Test, ProvenanceBuilder.Build(runs, [Part()]));

        MarkdownReport.Write(report).Split('\n')[2].Should().StartWith("**SYNTHETIC").And.Contain("Epochs: 2 instead of 20");
    }

    [Fact]
    public void Published_changes_come_from_unrounded_values()
    {
        ReportData report = Report(Runs("sparse-baseline", 0.9778, 0.9780), Runs("sparse-4", 0.9789, 0.9793));

        // Published: 0.079 to 0.067 is -0.012, -15.2 %; 0.977 to 0.979 is +0.2 %. Ours: 0.9779 to 0.9791.
        ReportTables.AsPublished(report.Of(NeuralCore.Samples.Mnist.Experiments.ExperimentGroup.Sparse), hasPublished: true).Rows[1]
            .Should().Equal(
            "Decrease neurons in 1st layer (1)", "100", "156", "-", "25 %",
            "0.0700 (0.067)", "0.0000 (-0.012)", "0.00 % (-15.2 %)", "0.9791 (0.979)", "+0.0012 (+0.002)", "+0.12 % (+0.2 %)");
    }

    // A shift with a little spread.
    private static double[] Shifted(double by) => Baseline.Zip([0.0001, -0.0001, 0.0002, -0.0002, 0.0001], (a, b) => a + b + by).ToArray();
}
