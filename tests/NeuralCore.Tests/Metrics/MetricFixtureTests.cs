using System.Text.Json;
using NeuralCore.Data;
using NeuralCore.Metrics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Metrics;

/// <summary>Metrics and reports against scikit-learn's: <c>tests/fixtures/metrics.py</c>.</summary>
public class MetricFixtureTests
{
    private static readonly JsonElement _fixture = PeerFixture.Load("metrics");

    public static TheoryData<string> Classifications => Names("classification");

    public static TheoryData<string> Regressions => Names("regression");

    [Theory]
    [MemberData(nameof(Classifications))]
    public void Figures_of_classification_are_scikit_learn_s(string name)
    {
        JsonElement found = Case("classification", name);
        int outputs = found.GetProperty("outputs").GetInt32();
        int classes = Math.Max(2, outputs);
        float[] predictions = found.Floats("predictions");
        int[] targets = found.Ints("targets");
        float[] rows = outputs == 1 ? Array.ConvertAll(targets, target => (float)target) : OneHot.Encode(targets, classes);

        Dictionary<string, MetricBase> metrics = All(classes).ToDictionary(metric => metric.Name);
        foreach (JsonProperty score in found.GetProperty("scores").EnumerateObject())
        {
            double expected = score.Value.ValueKind == JsonValueKind.Null ? double.NaN : score.Value.GetDouble();
            if (score.Name == "accuracy")
            {
                if (outputs == 1)
                {
                    ShouldBe(new BinaryAccuracy().Compute(targets, predictions), expected, score.Name);
                    ShouldBe(new BinaryAccuracy().Compute(rows, predictions), expected, score.Name);
                }
                else
                {
                    ShouldBe(new Accuracy().Compute(targets, predictions), expected, score.Name);
                }
                continue;
            }
            MetricBase metric = metrics[score.Name];
            double ofIndices = ((IMetric<int>)metric).Compute(targets, predictions);
            ShouldBe(ofIndices, expected, score.Name);
            ((IMetric<float>)metric).Compute(rows, predictions, outputs).Should().Be(ofIndices, "one-hot rows say the same");
        }
    }

    [Theory]
    [MemberData(nameof(Classifications))]
    public void Matrix_and_report_are_scikit_learn_s(string name)
    {
        JsonElement found = Case("classification", name);
        int classes = Math.Max(2, found.GetProperty("outputs").GetInt32());
        string[] names = Enumerable.Range(0, classes).Select(k => $"class {k}").ToArray();
        string[] longNames = Enumerable.Range(0, classes).Select(k =>
            (k == 1 ? "a rather long name of class " : "k") + k).ToArray();

        ConfusionMatrix matrix = ConfusionMatrix.Of(found.Ints("targets"), found.Floats("predictions"), names);

        Enumerable.Range(0, classes * classes).Select(i => (int)matrix[i / classes, i % classes]).Should().Equal(found.Ints("confusion"));
        new ClassificationReport(matrix).ToString().Should().Be(found.GetProperty("report").GetString());
        ClassificationReport.Of(found.Ints("targets"), found.Floats("predictions"), longNames).ToString(4)
            .Should().Be(found.GetProperty("report_long_names_4").GetString());
    }

    [Fact]
    public void Four_hundred_small_reports_are_scikit_learn_s_to_the_character()
    {
        JsonElement[] reports = _fixture.GetProperty("reports").EnumerateArray().ToArray();
        reports.Should().HaveCount(400);
        foreach (JsonElement report in reports)
        {
            ClassificationReport.Of(report.Ints("targets"), report.Ints("predicted")).ToString()
                .Should().Be(report.GetProperty("report").GetString());
        }
    }

    [Theory]
    [MemberData(nameof(Regressions))]
    public void Figures_of_regression_are_scikit_learn_s(string name)
    {
        JsonElement found = Case("regression", name);
        int outputs = found.GetProperty("outputs").GetInt32();
        float[] predictions = found.Floats("predictions");
        float[] targets = found.Floats("targets");
        RegressionMetric[] metrics =
            [new R2Score(), new RootMeanSquaredError(), new MeanSquaredErrorMetric(), new MeanAbsoluteErrorMetric()];

        foreach (RegressionMetric metric in metrics)
        {
            JsonElement score = found.GetProperty("scores").GetProperty(metric.Name);
            double expected = score.ValueKind == JsonValueKind.Null ? double.NaN : score.GetDouble();
            ShouldBe(metric.Compute(targets, predictions, outputs), expected, metric.Name);
        }
        RegressionReport report = RegressionReport.Of(targets, predictions, outputs);
        report.R2.Should().Be(new R2Score().Compute(targets, predictions, outputs));
        report.Rows.Should().Be(targets.Length / outputs);
    }

    private static IEnumerable<MetricBase> All(int classes)
    {
        yield return new LogLoss();
        yield return new ExpectedCalibrationError();
        yield return new RocAuc();
        yield return new AveragePrecision();
        yield return new TopKAccuracy(2);
        foreach (Averaging average in new[] { Averaging.Macro, Averaging.Micro, Averaging.Weighted })
        {
            yield return new Precision(average);
            yield return new Recall(average);
            yield return new F1Score(average);
        }
        for (int k = 0; k < classes; k++)
        {
            yield return new Precision(positiveClass: k);
            yield return new Recall(positiveClass: k);
            yield return new F1Score(positiveClass: k);
        }
    }

    private static void ShouldBe(double found, double expected, string name)
    {
        if (double.IsNaN(expected))
            found.Should().Be(double.NaN, name);
        else
            found.Should().BeApproximately(expected, 1e-12 * Math.Max(1, Math.Abs(expected)), name);
    }

    private static TheoryData<string> Names(string kind) =>
        [.. _fixture.GetProperty(kind).EnumerateArray().Select(found => found.GetProperty("name").GetString()!)];

    private static JsonElement Case(string kind, string name) =>
        _fixture.GetProperty(kind).EnumerateArray().Single(found => found.GetProperty("name").GetString() == name);
}
