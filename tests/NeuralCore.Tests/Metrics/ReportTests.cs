using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Metrics;

/// <summary>Confusion matrices and reports: how they print, where they come from, errors.</summary>
public class ReportTests
{
    private static readonly string[] _clothes =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    [Fact]
    public void A_small_matrix_prints_as_one_table() =>
        ConfusionMatrix.Of([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 2], ["cat", "dog", "a bird"]).ToString().Should().Be(
            "rows: targets, columns: predictions\n"
            + "          cat    dog a bird\n"
            + "   cat      1      1      0\n"
            + "   dog      0      1      0\n"
            + "a bird      1      0      2\n");

    [Theory]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void A_table_fits_the_terminal_and_shows_every_count(int width)
    {
        int[] targets = TestData.Labels(200_000, 10, seed: 1);
        int[] predicted = TestData.Labels(200_000, 10, seed: 2);
        ConfusionMatrix matrix = ConfusionMatrix.Of(targets, predicted, _clothes);

        string text = matrix.ToString(width);

        text.Split('\n').Max(line => line.Length).Should().BeLessThanOrEqualTo(width);
        string[] words = text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        words.Where(word => long.TryParse(word, out _)).Select(long.Parse).Sum().Should().Be(200_000, "no count is cut");
        text.Should().Contain("T-sh").And.Contain("Ankl");
        if (width >= 80)
            text.Split('\n').Should().HaveCount(13, "all columns stand side by side");
    }

    [Fact]
    public void A_matrix_of_many_classes_and_long_names_fits_too()
    {
        string[] names = Enumerable.Range(0, 50).Select(k => $"class {k} \n with a name 😀😀😀😀😀😀😀😀😀😀").ToArray();
        string text = ConfusionMatrix.Of(TestData.Labels(500, 50), TestData.Labels(500, 50), names).ToString(40);
        text.Split('\n').Max(line => line.Length).Should().BeLessThanOrEqualTo(40);
        text.EnumerateRunes().Should().NotContain(System.Text.Rune.ReplacementChar, "no character is cut in half");
    }

    [Fact]
    public void Counts_shares_and_figures()
    {
        ConfusionMatrix matrix = ConfusionMatrix.Of([0, 0, 0, 1, 1, 3], [0, 0, 1, 1, 0, 1]);

        matrix.Classes.Should().Be(4);
        matrix.ClassNames.Should().Equal("0", "1", "2", "3");
        (matrix[0, 0], matrix[0, 1], matrix[1, 0], matrix[3, 1], matrix[2, 2]).Should().Be((2L, 1L, 1L, 1L, 0L));
        matrix.Normalized()[0, 0].Should().Be(2 / 3.0);
        matrix.Normalized()[2, 0].Should().Be(0);
        matrix.Accuracy.Should().Be(0.5);
        (matrix.Precision(0), matrix.Recall(0), matrix.F1(3)).Should().Be((2 / 3.0, 2 / 3.0, 0));
        (matrix.Support(1), matrix.Predicted(1), matrix.Total).Should().Be((2L, 3L, 6L));
        ClassificationReport report = new(matrix);
        report.Classes.Select(found => found.Name).Should().Equal("0", "1", "3");
        report.Undefined.Should().ContainSingle().Which.Should().Contain("precision of class 3").And.Contain("never predicted");
        report.Accuracy.Should().Be(0.5);
        ClassificationReport.Of([0, 0], [0, 1]).Undefined.Should().ContainSingle().Which.Should().Contain("recall of class 1");
    }

    [Theory]
    [InlineData(0.125, 2, "0.12")]
    [InlineData(0.375, 2, "0.38")]
    [InlineData(0.5, 0, "0")]
    [InlineData(0.265, 2, "0.27")]
    [InlineData(0.285, 2, "0.28")]
    [InlineData(1, 2, "1.00")]
    [InlineData(0.1, 15, "0.100000000000000")]
    public void Digits_are_rounded_as_Python_rounds_them(double value, int digits, string printed) =>
        FixedDigits.Print(value, digits).Should().Be(printed);

    [Fact]
    public void A_report_takes_one_call_from_a_trainer_or_a_model_and_agrees_with_the_metrics()
    {
        Dataset<int> data = TestData.Classes(2500, [6], 3);
        Sequential model = new([6], [new Dense(3, new Softmax())], seed: 1);
        using Trainer<int> trainer = model.Compile(new Adam(0.05f), new SparseCategoricalCrossEntropy(), new Accuracy(),
            new F1Score(Averaging.Macro), new Precision(positiveClass: 2), new RocAuc());
        trainer.Fit(data, new() { Epochs = 2 });

        ClassificationReport report = trainer.Model.ClassificationReport(data, ["a", "b", "c"]);
        Evaluation evaluation = trainer.Evaluate(data, threads: 2);

        report.Accuracy.Should().Be(evaluation.Accuracy);
        report.Macro.F1.Should().BeApproximately(evaluation["f1_macro"], 1e-15);
        report.Classes[2].Precision.Should().Be(evaluation["precision_class_2"]);
        model.ClassificationReport(data, ["a", "b", "c"]).ToString().Should().Be(report.ToString());
        model.ClassificationReport(data.ToOneHot(3), ["a", "b", "c"]).ToString().Should().Be(report.ToString());
        trainer.Model.ConfusionMatrix(data).ToString().Should().Be(model.ConfusionMatrix(data.ToOneHot(3)).ToString());
        float[] input = new float[2500 * 6];
        data.Features.Gather(Enumerable.Range(0, 2500).ToArray(), input);
        new RocAuc().Compute(TestData.Labels(2500, 3), model.Predict(input)).Should().Be(evaluation["roc_auc"]);
    }

    [Fact]
    public void A_report_has_the_class_names_of_the_model()
    {
        Dataset<int> data = TestData.Classes(30, [6], 3);
        Sequential model = new([6], [new Dense(3, new Softmax())], seed: 1);
        model.ConfusionMatrix(data).ClassNames.Should().Equal("0", "1", "2");

        model.DataNames = new() { Classes = ["low", "middle", "high"] };

        model.ConfusionMatrix(data).ClassNames.Should().Equal("low", "middle", "high");
        model.ClassificationReport(data.ToOneHot(3)).Classes[2].Name.Should().Be("high");
        model.ClassificationReport(data, ["a", "b", "c"]).Classes[2].Name.Should().Be("c", "names that are given come first");
    }

    [Theory]
    [InlineData(2.5f, "2.5")]
    [InlineData(-1, "-1")]
    [InlineData(float.NaN, "NaN")]
    public void A_report_of_classes_on_a_regression_is_refused(float target, string shown)
    {
        float[] targets = new float[2000];
        targets[1500] = target;
        Sequential model = new([2], [new Dense(1)]);
        ShouldThrow<ArgumentException>(() => model.ClassificationReport(Dataset.From(new float[4000], [2], targets)),
            $"A report of classes expects targets from 0 to 1, got {shown} in row 1500. For a regression use RegressionReport.Of.");
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        ShouldThrow<ArgumentException>(() => ConfusionMatrix.Of([], (int[])[]), "*0 targets*one or more*");
        ShouldThrow<ArgumentException>(() => ConfusionMatrix.Of([1, 0], [1]), "*2 targets and 1 predicted*");
        ShouldThrow<ArgumentException>(() => ConfusionMatrix.Of([0, -1], [1, 0]), "Row 1 is of class -1*");
        ShouldThrow<ArgumentException>(() => ConfusionMatrix.Of([0, 2], [1, 0], ["a", "b"]), "Row 1 is of class 2*0 to 1.");
        ShouldThrow<ArgumentException>(() => ConfusionMatrix.Of([int.MaxValue], [0]), "A confusion matrix has 2 to 16384 classes*");
        ShouldThrow<ArgumentException>(
            () => ConfusionMatrix.Of([0], [0.1f, 0.2f, 0.7f], ["a", "b"]), "Expected 3 class names, one for each class, got 2.*");
        ShouldThrow<ArgumentException>(() => ConfusionMatrix.Of([0, 1], [0.1f, float.NaN]), "*row 1 contain NaN*");
        ShouldThrow<ArgumentOutOfRangeException>(() => ConfusionMatrix.Of([0], [0]).ToString(29), "*30*");
        ShouldThrow<ArgumentOutOfRangeException>(() => _ = ConfusionMatrix.Of([0], [0])[0, 2], "*0 to 1*");
        ShouldThrow<ArgumentOutOfRangeException>(() => ConfusionMatrix.Of([0], [0]).Precision(2), "*0 to 1*");
        ShouldThrow<ArgumentOutOfRangeException>(() => ClassificationReport.Of([0], [0]).ToString(16), "*15*");
        Sequential model = new([6], [new Dense(3, new Softmax())]);
        ShouldThrow<ShapeException>(() => model.ConfusionMatrix(TestData.Classes(9, [5], 3)), "*samples [6]*[5]*");
        ShouldThrow<ShapeException>(() => model.ConfusionMatrix(TestData.Classes(9, [6], 2).ToOneHot(2)), "*each output*2 target values*");
    }

    [Fact]
    public void A_regression_s_report_is_one_line() =>
        RegressionReport.Of([1, 2, 3, 4], [1, 2, 3, 5]).ToString().Should().Be("R² 0.8, RMSE 0.5, MAE 0.25 over 4 rows");

    private static void ShouldThrow<TException>(Action action, string message)
        where TException : Exception => action.Should().Throw<TException>().WithMessage(message);
}
