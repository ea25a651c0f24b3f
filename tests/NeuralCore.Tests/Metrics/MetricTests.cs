using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Metrics;

/// <summary>Metrics against naive versions, how rows reach them, undefined cases, and errors.</summary>
public class MetricTests
{
    public static TheoryData<IMetric<int>> ForClasses =>
    [
        new Accuracy(), new TopKAccuracy(2), new Precision(Averaging.Macro), new Recall(positiveClass: 2), new F1Score(Averaging.Weighted),
        new RocAuc(), new AveragePrecision(), new LogLoss(), new LogLoss(fromLogits: true), new ExpectedCalibrationError(),
        new ExpectedCalibrationError(fromLogits: true),
    ];

    public static TheoryData<IMetric<float>> ForRegression =>
        [new R2Score(), new RootMeanSquaredError(), new MeanSquaredErrorMetric(), new MeanAbsoluteErrorMetric(), new Plain()];

    [Theory]
    [MemberData(nameof(ForClasses))]
    public void The_division_into_batches_changes_no_bit(IMetric<int> metric) =>
        ShouldNotDependOnBatches(metric, TestData.SoftRows(1000, 3), TestData.Labels(1000, 3), 3);

    [Theory]
    [MemberData(nameof(ForRegression))]
    public void The_division_into_batches_changes_no_bit_of_a_regression(IMetric<float> metric) =>
        ShouldNotDependOnBatches(metric, TestData.Normals(1000), TestData.Normals(1000, seed: 8), 2);

    [Theory]
    [InlineData(3, 3)]
    [InlineData(40, 5)]
    [InlineData(700, 1)]
    public void The_area_under_the_ROC_is_the_share_of_pairs_ranked_right(int rows, int levels)
    {
        float[] scores = Array.ConvertAll(TestData.Labels(rows, levels, seed: 4), level => level / 8f - 0.25f);
        int[] targets = TestData.Labels(rows, 2, seed: 5);
        (targets[0], targets[1]) = (0, 1);
        double right = 0, pairs = 0;
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < rows; j++)
            {
                if (targets[i] != 1 || targets[j] != 0)
                    continue;
                right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                pairs++;
            }
        }

        new RocAuc().Compute(targets, scores).Should().Be(right / pairs);
    }

    [Fact]
    public void The_sign_of_a_zero_score_is_a_tie_and_infinities_rank() =>
        new RocAuc().Compute([1, 0, 1, 0], [0f, -0f, float.PositiveInfinity, float.NegativeInfinity]).Should().Be(3.5 / 4);

    [Fact]
    public void Logits_give_what_their_probabilities_give()
    {
        float[] logits = TestData.Normals(600);
        float[] probabilities = new float[600];
        for (int row = 0; row < 200; row++)
        {
            double sum = 0;
            for (int k = 0; k < 3; k++)
                sum += Math.Exp(logits[3 * row + k]);
            for (int k = 0; k < 3; k++)
                probabilities[3 * row + k] = (float)(Math.Exp(logits[3 * row + k]) / sum);
        }
        int[] targets = TestData.Labels(200, 3);
        new LogLoss(fromLogits: true).Compute(targets, logits)
            .Should().BeApproximately(new LogLoss().Compute(targets, probabilities), 1e-6);
        new ExpectedCalibrationError(fromLogits: true).Compute(targets, logits)
            .Should().BeApproximately(new ExpectedCalibrationError().Compute(targets, probabilities), 1e-6);

        float[] single = TestData.Normals(200);
        float[] sigmoid = Array.ConvertAll(single, x => (float)(1 / (1 + Math.Exp(-x))));
        int[] binary = TestData.Labels(200, 2);
        new LogLoss(fromLogits: true).Compute(binary, single).Should().BeApproximately(new LogLoss().Compute(binary, sigmoid), 1e-6);
        new ExpectedCalibrationError(fromLogits: true).Compute(binary, single)
            .Should().BeApproximately(new ExpectedCalibrationError().Compute(binary, sigmoid), 1e-6);
        new BinaryAccuracy(fromLogits: true).Compute(binary, single).Should().Be(new BinaryAccuracy().Compute(binary, sigmoid));
        new F1Score(threshold: 0).Compute(binary, single).Should().Be(new F1Score().Compute(binary, sigmoid));
        new LogLoss(fromLogits: true).Compute([1], [1e30f, -1e30f]).Should().BeApproximately(2e30, 1e24).And.NotBe(double.NaN);
    }

    [Fact]
    public void The_first_class_of_two_outputs_and_one_output_rank_alike()
    {
        float[] one = TestData.SoftRows(300, 2);
        int[] targets = TestData.Labels(300, 2);
        float[] second = Enumerable.Range(0, 300).Select(row => one[2 * row + 1]).ToArray();
        new RocAuc().Compute(targets, one).Should().Be(new RocAuc().Compute(targets, second));
        new AveragePrecision().Compute(targets, one).Should().Be(new AveragePrecision().Compute(targets, second));
    }

    [Fact]
    public void The_first_of_equal_classes_comes_first_in_top_k()
    {
        float[] predictions = [0.2f, 0.4f, 0.2f, 0.2f];
        new TopKAccuracy(2).Compute([0], predictions).Should().Be(1);
        new TopKAccuracy(2).Compute([1], predictions).Should().Be(1);
        new TopKAccuracy(2).Compute([2], predictions).Should().Be(0);
        new TopKAccuracy(1).Compute(TestData.Labels(300, 3), TestData.Normals(900))
            .Should().Be(new Accuracy().Compute(TestData.Labels(300, 3), TestData.Normals(900)));
    }

    [Fact]
    public void A_row_with_a_NaN_is_of_no_class_and_has_no_rank()
    {
        float[] predictions = [0.9f, float.NaN, 0.2f, 0.7f];
        int[] targets = [1, 1, 0, 0];
        new BinaryAccuracy().Compute(targets, predictions).Should().Be(0.5);
        new Recall().Compute(targets, predictions).Should().Be(0.5);
        new Precision().Compute(targets, predictions).Should().Be(0.5);
        foreach (IMetric<int> metric in new IMetric<int>[]
            { new RocAuc(), new AveragePrecision(), new LogLoss(), new LogLoss(fromLogits: true), new ExpectedCalibrationError() })
        {
            metric.Compute(targets, predictions).Should().Be(double.NaN, metric.Name);
            metric.Compute([0, 1, 1], [0.1f, 0.9f, float.NaN, 0.5f, 0.6f, 0.4f]).Should().Be(double.NaN, metric.Name);
            metric.Compute([0, 1, 1, 2], [0.1f, 0.9f, 0.3f, float.NaN, 0.5f, 0, 0.6f, 0.4f, 0, 0, 0, 1])
                .Should().Be(double.NaN, metric.Name);
        }
        new TopKAccuracy(2).Compute([1], [0.1f, 0.9f, float.NaN]).Should().Be(0);
        new R2Score().Compute([1f, 2], [1, float.NaN]).Should().Be(double.NaN);
        new R2Score().Compute([2f, 2], [1, float.NaN]).Should().Be(double.NaN);
        new RootMeanSquaredError().Compute([1f, 2], [1, float.NaN]).Should().Be(double.NaN);
    }

    [Fact]
    public void Several_labels_count_by_the_share_that_is_right() =>
        new BinaryAccuracy().Compute([1f, 0, 0, 0, 1, 1], [0.9f, 0.1f, 0.8f, 0.5f, 0.6f, 0.7f], outputs: 3)
            .Should().BeApproximately((2 / 3.0 + 1) / 2, 1e-15);

    [Theory]
    [MemberData(nameof(ForClasses))]
    public void A_step_allocates_nothing(IMetric<int> metric)
    {
        float[] predictions = TestData.SoftRows(64, 3);
        int[] targets = TestData.Labels(64, 3);
        MetricState state = new(metric, [3]);
        double[] values = new double[64 * state.RowWidth];
        state.Reserve(64 * 200);
        void Step()
        {
            metric.Evaluate(new MetricPass<int> { Rows = 64, Predictions = predictions, Targets = targets, RowValues = values });
            state.Add(values);
            if (state.IsCheap)
                state.Result(64);
        }

        for (int i = 0; i < 100; i++)
            Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Step();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void Wrong_settings_say_what_was_expected()
    {
        ShouldThrow<ArgumentOutOfRangeException>(() => new TopKAccuracy(0), "*k*");
        ShouldThrow<ArgumentOutOfRangeException>(() => new BinaryAccuracy(float.NaN), "*threshold*");
        ShouldThrow<ArgumentOutOfRangeException>(() => new Recall(threshold: float.NaN), "*threshold*");
        ShouldThrow<ArgumentOutOfRangeException>(() => new Recall(positiveClass: -1), "*at least 0*");
        ShouldThrow<ArgumentOutOfRangeException>(() => new Recall((Averaging)9), "*Averaging*");
        ShouldThrow<ArgumentException>(() => new Recall(Averaging.Macro, positiveClass: 1), "*Averaging.Binary*Averaging.Macro*");
    }

    [Fact]
    public void Compile_says_what_a_metric_cannot_measure()
    {
        ShouldThrow<ShapeException>(() => Compile(3, new F1Score()),
            "F1Score: expects two classes for Averaging.Binary, got predictions [3]*Averaging.Macro*positiveClass*");
        ShouldThrow<ShapeException>(() => Compile(3, new Precision(positiveClass: 3)), "Precision: expects more than 3 classes*[3]*");
        ShouldThrow<ShapeException>(() => Compile(3, new TopKAccuracy()), "TopKAccuracy: expects more than k = 5*smaller k*");
        ShouldThrow<ShapeException>(() => Compile(3, new BinaryAccuracy()), "BinaryAccuracy: expects one output*[3]*Accuracy.");
        ShouldThrow<ShapeException>(
            () => new RocAuc().Compute([1f, 2], [1, 2, 3], outputs: 3), "RocAuc: expects one target value for each*");
        ShouldThrow<ShapeException>(() => new R2Score().Compute([1f, 2, 3, 4], [1, 2]), "R2Score: expects 1 target values*got 2*");
        ShouldThrow<ArgumentException>(() => Compile(3, new Odd(rowWidth: 0)), "odd: RowWidth returned 0*1 or more*");
        ShouldThrow<ArgumentException>(
            () => Compile(3, new Odd(stateLength: 0)).Evaluate(TestData.Classes(9, [4], 3)), "odd: StateLength returned 0*1 or more*");
        ShouldThrow<ArgumentException>(() => new F1Score().Compute([2], [0.5f]), "*target is class 2*0 to 1.");
        ShouldThrow<ArgumentException>(() => new F1Score().Compute([], []), "*one or more rows*");
        ShouldThrow<ArgumentException>(() => new R2Score().Compute([1f], [1, 2, 3], outputs: 2), "*3 predicted values*");
    }

    [Fact]
    public void Metrics_and_losses_share_no_name()
    {
        string[] Names(string space) => typeof(IMetric).Assembly.GetExportedTypes().Where(type =>
            type.Namespace == space).Select(type => type.Name).ToArray();

        Names("NeuralCore.Metrics").Should().Contain("RocAuc").And.NotContain(Names("NeuralCore.Losses"));
    }

    [Fact]
    public void Names_and_settings_tell_metrics_apart()
    {
        new IMetric[]
        {
            new F1Score(), new F1Score(Averaging.Macro), new F1Score(positiveClass: 2), new TopKAccuracy(3), new F1Score(threshold: 0.25f),
            new BinaryAccuracy(), new LogLoss(true), new Accuracy(),
        }.Select(metric => metric.Settings).Should().Equal(
            "f1", "f1_macro", "f1_class_2", "top_3_accuracy", "f1(threshold: 0.25)", "binary_accuracy(threshold: 0.5)",
            "log_loss(fromLogits: True)", "accuracy");
    }

    private static Trainer<int> Compile(int classes, IMetric<int> metric) =>
        new Sequential([4], [new Dense(classes, new Softmax())]).Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy(), metric);

    private static void ShouldThrow<TException>(Action action, string message)
        where TException : Exception => action.Should().Throw<TException>().WithMessage(message);

    private static void ShouldNotDependOnBatches<TTarget>(IMetric<TTarget> metric, float[] predictions, TTarget[] targets, int outputs)
        where TTarget : unmanaged
    {
        int rows = predictions.Length / outputs;
        int width = targets.Length / rows;
        double Measure(int batch)
        {
            MetricState state = new(metric, [outputs]);
            for (int first = 0; first < rows; first += batch)
            {
                int count = Math.Min(batch, rows - first);
                double[] values = new double[count * state.RowWidth];
                metric.Evaluate(new MetricPass<TTarget>
                {
                    Rows = count,
                    Predictions = predictions.AsSpan(first * outputs, count * outputs),
                    Targets = targets.AsSpan(first * width, count * width),
                    RowValues = values,
                });
                state.Add(values);
                // As a checkpoint does it.
                MetricState next = new(metric, [outputs]);
                next.Load(state.Values);
                state = next;
            }
            return state.Result(rows);
        }

        double whole = Measure(rows);
        whole.Should().NotBe(0).And.NotBe(double.NaN);
        foreach (int batch in new[] { 1, 7, 64, 333 })
            Measure(batch).Should().Be(whole, "batches have {0} rows", batch);
    }

    /// <summary>As short as a user's metric can be.</summary>
    private sealed class Plain : IMetric<float>
    {
        public string Name => "plain";

        public void Evaluate(in MetricPass<float> pass)
        {
            for (int row = 0; row < pass.Rows; row++)
                pass.RowValues[row] = Math.Abs(pass.Predictions[row * (pass.Predictions.Length / pass.Rows)]);
        }
    }

    private sealed class Odd(int rowWidth = 1, int stateLength = 1) : IMetric<int>
    {
        public string Name => "odd";

        public int RowWidth(Shape prediction) => rowWidth;

        public int StateLength(Shape prediction) => stateLength;

        public void Evaluate(in MetricPass<int> pass) => pass.RowValues.Clear();
    }
}
