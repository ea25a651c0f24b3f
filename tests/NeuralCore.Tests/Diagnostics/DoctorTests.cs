using System.Text.RegularExpressions;
using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Regularization;
using NeuralCore.Tests.Contracts;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Diagnostics;

/// <summary>The training doctor: each planted fault is found, its clean twin is not, and healthy problems are silent.</summary>
public class DoctorTests
{
    [Fact]
    public void Healthy_problems_are_silent_over_20_seeds()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Dataset<int> classes = DoctorData.Classification(seed);
            using Trainer<int> classifier = DoctorData.Compile(DoctorData.Classifier(seed: (long)seed));
            classifier.Diagnose(classes, DoctorData.Classification(seed + 100)).Should().BeEmpty($"seed {seed}, before");
            DoctorData.CodesOfFit(classifier, classes, DoctorData.Classification(seed + 100)).Should().BeEmpty($"seed {seed}, fit");
            classifier.Diagnose(classes, DoctorData.Classification(seed + 100)).Should().BeEmpty($"seed {seed}, after");

            Dataset<float> values = DoctorData.Regression(seed);
            Sequential model = DoctorData.Regressor((long)seed);
            model.Diagnose(values).Should().BeEmpty($"seed {seed}, model");
            using Trainer<float> regressor = model.Compile(new Sgd(0.01f, 0.9f), new MeanSquaredError());
            regressor.Diagnose(values, DoctorData.Regression(seed + 100)).Should().BeEmpty($"seed {seed}, before");
            DoctorData.CodesOfFit(regressor, values, DoctorData.Regression(seed + 100)).Should().BeEmpty($"seed {seed}, fit");
            regressor.Diagnose(values, DoctorData.Regression(seed + 100)).Should().BeEmpty($"seed {seed}, after");

            Dataset<float> binary = DoctorData.Binary(seed);
            Sequential decider = new([DoctorData.Columns], [new Dense(32, new ReLU()), new Dense(1, new Sigmoid())], (long)seed);
            using Trainer<float> two = decider.Compile(new Adam(0.003f), new BinaryCrossEntropy(), new BinaryAccuracy());
            two.Diagnose(binary, DoctorData.Binary(seed + 100)).Should().BeEmpty($"seed {seed}, before");
            DoctorData.CodesOfFit(two, binary, DoctorData.Binary(seed + 100)).Should().BeEmpty($"seed {seed}, fit");
            two.Diagnose(binary, DoctorData.Binary(seed + 100)).Should().BeEmpty($"seed {seed}, after");
        }
    }

    [Fact]
    public void An_evaluation_is_silent_after_a_fit_without_a_log()
    {
        Dataset<int> training = DoctorData.Classification(1);
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier());
        StringWriter log = new();
        trainer.Fit(training, new() { Epochs = 1, Log = log });
        trainer.Fit(training, new() { Epochs = 1 });
        string before = log.ToString();
        trainer.Evaluate(Dataset.From(Array.ConvertAll(DoctorData.Features(2), value => 255 * value), [DoctorData.Columns],
            DoctorData.Labels(DoctorData.Features(2))));
        log.ToString().Should().Be(before);
    }

    [Theory]
    [InlineData("raw", "NC001")]
    [InlineData("shifted", "NC001")]
    [InlineData("one column", "NC001")]
    [InlineData("same", null)]
    public void Evaluation_data_on_another_scale(string fault, string? code)
    {
        float[] test = DoctorData.Features(2);
        for (int i = 0; i < test.Length; i++)
        {
            test[i] = fault switch
            {
                "raw" => 255 * test[i],
                "shifted" => test[i] + 5,
                "one column" => i % DoctorData.Columns == 3 ? 1000 * test[i] : test[i],
                _ => test[i],
            };
        }
        Dataset<int> training = DoctorData.Classification(1);
        Dataset<int> evaluation = Dataset.From(test, [DoctorData.Columns], DoctorData.Labels(test));
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier());

        ShouldBe(trainer.Diagnose(training, evaluation), code);
        // Whichever of the two was scaled.
        if (fault != "same")
            trainer.Diagnose(evaluation, training).Should().Contain(finding => finding.Code == code);
        DoctorData.CodesOfFit(trainer, training, evaluation, epochs: 1).Should().Equal(code is null ? [] : [code]);
        CodesOfEvaluation(training, evaluation).Should().Equal(code is null ? [] : [code]);
    }

    [Theory]
    [InlineData(1, 3, "NC002", Severity.Error)]
    [InlineData(1, 4, "NC002", Severity.Warning)]
    [InlineData(0, 3, null, Severity.Hint)]
    [InlineData(0, 5, null, Severity.Hint)]
    public void Labels_shifted_by_one(int shift, int outputs, string? code, Severity severity)
    {
        float[] features = DoctorData.Features(1);
        int[] labels = Array.ConvertAll(DoctorData.Labels(features), label => label + shift);
        Dataset<int> data = Dataset.From(features, [DoctorData.Columns], labels);
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier(outputs));

        ShouldBe(trainer.Diagnose(data), code, severity);
        ShouldBe(trainer.Model.Diagnose(data), code, severity);
        if (shift + 3 <= outputs)
        {
            Dataset<float> oneHot = data.ToOneHot(outputs);
            using Trainer<float> categorical = DoctorData.Classifier(outputs).Compile(new Adam(), new CategoricalCrossEntropy());
            ShouldBe(categorical.Diagnose(oneHot), code, severity);
        }
    }

    [Theory]
    [InlineData(3, "NC003", Severity.Warning)]
    [InlineData(2, null, Severity.Hint)]
    public void Labels_that_are_a_column_of_one_hot_rows(int outputs, string? code, Severity severity)
    {
        float[] features = DoctorData.Features(1);
        int[] labels = Array.ConvertAll(DoctorData.Labels(features), label => label == 1 ? 1 : 0);
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier(outputs));
        ShouldBe(trainer.Diagnose(Dataset.From(features, [DoctorData.Columns], labels)), code, severity);
    }

    [Fact]
    public void One_hot_rows_of_whole_numbers_and_a_loss_for_values()
    {
        Dataset<int> data = DoctorData.Classification(1);
        Dataset<float> oneHot = data.ToOneHot(3);
        Dataset<int> whole = Dataset.From(data.Features, new WholeNumbers(oneHot.Targets));
        using Trainer<int> sparse = DoctorData.Compile(DoctorData.Classifier());
        ShouldBe(sparse.Diagnose(whole), "NC003", Severity.Error);

        Sequential linear = new([DoctorData.Columns], [new Dense(32, new ReLU()), new Dense(3)], seed: 1);
        using Trainer<float> squares = linear.Compile(new Adam(), new MeanSquaredError());
        ShouldBe(squares.Diagnose(oneHot), "NC003", Severity.Hint);
    }

    [Theory]
    [InlineData(float.NaN, "NC004")]
    [InlineData(float.PositiveInfinity, "NC004")]
    [InlineData(0.5f, null)]
    public void Values_that_are_not_finite(float value, string? code)
    {
        float[] features = DoctorData.Features(1);
        int[] labels = DoctorData.Labels(features);
        features[5 * DoctorData.Columns + 2] = value;
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier());
        IReadOnlyList<Finding> findings = trainer.Diagnose(Dataset.From(features, [DoctorData.Columns], labels));
        ShouldBe(findings, code);
        if (code is not null)
            findings[0].Evidence.Should().StartWith("Feature 2 of row 5 is ");
    }

    [Theory]
    [InlineData(7f, "NC005")]
    [InlineData(0f, "NC005")]
    [InlineData(null, null)]
    public void Constant_features(float? value, string? code)
    {
        float[] features = DoctorData.Features(1);
        int[] labels = DoctorData.Labels(features);
        for (int i = 5; i < features.Length; i += DoctorData.Columns)
            features[i] = value ?? features[i];
        ShouldBe(DoctorData.Classifier().Diagnose(Dataset.From(features, [DoctorData.Columns], labels)), code, Severity.Hint);
    }

    [Theory]
    [InlineData(1000f, 4, "NC006")]
    [InlineData(0.001f, 4, "NC006")]
    [InlineData(170f, -1, "NC006")]
    [InlineData(10f, 4, null)]
    public void Features_that_are_not_scaled(float factor, int column, string? code)
    {
        float[] features = DoctorData.Features(1);
        int[] labels = DoctorData.Labels(features);
        for (int i = 0; i < features.Length; i++)
            features[i] *= column < 0 || i % DoctorData.Columns == column ? factor : 1;
        Dataset<int> data = Dataset.From(features, [DoctorData.Columns], labels);

        ShouldBe(DoctorData.Classifier().Diagnose(data), code);
        // A layer that scales comes first.
        new Sequential([DoctorData.Columns], [new CustomOutput(isSoftmax: true), new Dense(3)]).Diagnose(data).Should().BeEmpty();
    }

    [Theory]
    [InlineData(0.5, "NC007")]
    [InlineData(0.02, "NC007")]
    [InlineData(0.0, null)]
    public void Rows_that_are_in_both(double share, string? code)
    {
        Dataset<int> training = DoctorData.Classification(1);
        float[] test = DoctorData.Features(2);
        int shared = (int)(share * DoctorData.Rows) * DoctorData.Columns;
        DoctorData.Features(1).AsSpan(0, shared).CopyTo(test);
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier());
        IReadOnlyList<Finding> findings = trainer.Diagnose(
            training, Dataset.From(test, [DoctorData.Columns], DoctorData.Labels(test)));
        ShouldBe(findings, code);
        if (code is not null)
            findings[0].Evidence.Should().Contain(FormattableString.Invariant($"{100 * share} %"));
    }

    [Fact]
    public void Rows_that_repeat_by_nature_are_no_leak()
    {
        static Dataset<int> Dice(ulong seed)
        {
            float[] features = Array.ConvertAll(DoctorData.Features(seed, columns: 2), value => MathF.Round(value));
            return Dataset.From(features, [2], DoctorData.Labels(features, classes: 2, columns: 2));
        }
        using Trainer<int> trainer = DoctorData.Compile(new Sequential([2], [new Dense(16, new ReLU()), new Dense(2, new Softmax())]));
        trainer.Diagnose(Dice(1), Dice(2)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(-10f, "NC008", Severity.Error)]
    [InlineData(0f, null, Severity.Hint)]
    public void Units_that_are_never_active(float bias, string? code, Severity severity)
    {
        Sequential model = DoctorData.Classifier();
        model.Parameters[1].Values.Fill(bias);
        ShouldBe(model.Diagnose(DoctorData.Classification(1)), code, severity);
        using Trainer<int> trainer = DoctorData.Compile(model);
        DoctorData.CodesOfFit(trainer, DoctorData.Classification(1)).Should().Equal(code is null ? [] : [code]);
    }

    [Fact]
    public void Half_of_the_units_is_a_warning()
    {
        Sequential model = DoctorData.Classifier();
        model.Parameters[1].Values[..16].Fill(-10);
        ShouldBe(model.Diagnose(DoctorData.Classification(1)), "NC008");
        model.Parameters[1].Values[8..16].Clear();
        model.Diagnose(DoctorData.Classification(1)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(0.3f, "NC009")]
    [InlineData(0.003f, null)]
    [InlineData(1e-7f, "NC010")]
    public void Learning_rates_that_are_far_off(float rate, string? code)
    {
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier(), new Adam(rate));
        ShouldBe(trainer.Diagnose(DoctorData.Classification(1)), code);
        string[] codes = DoctorData.CodesOfFit(trainer, DoctorData.Classification(1));
        if (code is null)
            codes.Should().BeEmpty();
        else
            codes.Should().Contain(code);
    }

    [Fact]
    public void A_network_that_is_done_is_not_told_to_learn_faster()
    {
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier(), new Adam(0.01f));
        trainer.Fit(DoctorData.Classification(1), new() { Epochs = 60 });
        trainer.LearningRate = 1e-9f;
        trainer.Diagnose(DoctorData.Classification(1)).Should().BeEmpty();
    }

    [Fact]
    public void A_trial_step_that_diverges_is_reported()
    {
        Sequential model = DoctorData.Regressor();
        using Trainer<float> trainer = model.Compile(new Sgd(float.MaxValue), new MeanSquaredError());
        IReadOnlyList<Finding> findings = trainer.Diagnose(DoctorData.Regression(1));
        ShouldBe(findings, "NC009", Severity.Error);
        TestModels.Bits(model).Should().Equal(TestModels.Bits(DoctorData.Regressor()), "the step is undone");
    }

    [Theory]
    [InlineData(1000f, "NC011")]
    [InlineData(0f, null)]
    public void A_loss_worse_than_guessing(float shift, string? code)
    {
        float[] features = DoctorData.Features(1);
        float[] values = Array.ConvertAll(DoctorData.Values(features, 1), value => value + shift);
        Dataset<float> data = Dataset.From(features, [DoctorData.Columns], values, targetWidth: 1);
        using Trainer<float> trainer = DoctorData.Regressor().Compile(new Adam(), new MeanSquaredError());

        trainer.Diagnose(data).Should().BeEmpty("nothing is to be expected before training");
        DoctorData.CodesOfFit(trainer, data).Should().Equal(code is null ? [] : [code]);
        ShouldBe(trainer.Diagnose(data), code);
    }

    [Theory]
    [InlineData(false, "NC012")]
    [InlineData(true, null)]
    public void Accuracy_on_a_regression(bool areClasses, string? code)
    {
        float[] features = DoctorData.Features(1);
        float[] targets = areClasses ? OneHot.Encode(DoctorData.Labels(features, 2), 2) : DoctorData.Features(3, columns: 2);
        Sequential model = new([DoctorData.Columns], [new Dense(32, new ReLU()), new Dense(2)], seed: 1);
        using Trainer<float> trainer = model.Compile(new Adam(), new MeanSquaredError(), new Accuracy());
        ShouldBe(trainer.Diagnose(Dataset.From(features, [DoctorData.Columns], targets, targetWidth: 2)), code);
    }

    [Theory]
    [InlineData(true, true, "NC013", Severity.Warning)]
    [InlineData(false, true, null, Severity.Hint)]
    [InlineData(true, false, null, Severity.Hint)]
    [InlineData(false, false, "NC013", Severity.Error)]
    public void Probabilities_and_logits(bool isSoftmax, bool fromLogits, string? code, Severity severity)
    {
        Sequential model = new([DoctorData.Columns], [new Dense(3), new CustomOutput(isSoftmax)], seed: 1);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(fromLogits));
        ShouldBe(trainer.Diagnose(DoctorData.Classification(1)), code, severity);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "NC013")]
    public void Binary_probabilities_and_logits(bool areProbabilities, string? code)
    {
        // A softmax of two outputs gives probabilities; a binary loss takes them each alone.
        Sequential model = new([DoctorData.Columns], [new Dense(2), new CustomOutput(areProbabilities)], seed: 1);
        using Trainer<float> trainer = model.Compile(new Adam(), new BinaryCrossEntropy());
        float[] targets = OneHot.Encode(DoctorData.Labels(DoctorData.Features(1), 2), 2);
        ShouldBe(
            trainer.Diagnose(Dataset.From(DoctorData.Features(1), [DoctorData.Columns], targets, targetWidth: 2)), code, Severity.Error);
    }

    [Fact]
    public void A_loss_with_weights_or_penalties_is_not_compared_with_guessing()
    {
        Dataset<int> data = DoctorData.Classification(1);
        float[] weights = new float[DoctorData.Rows];
        Array.Fill(weights, 10f);
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier());
        DoctorData.CodesOfFit(trainer, data.WithWeights(weights)).Should().BeEmpty();
        trainer.Diagnose(data.WithWeights(weights)).Should().BeEmpty();

        Sequential penalized = new(
            [DoctorData.Columns],
            [new Dense(32, new ReLU(), kernelRegularizer: new L2(10)), new Dense(3, new Softmax())],
            seed: 1);
        using Trainer<int> decaying = DoctorData.Compile(penalized);
        DoctorData.CodesOfFit(decaying, data, epochs: 6).Should().NotContain("NC011");
    }

    [Fact]
    public void A_softmax_of_one_output()
    {
        Sequential model = new([DoctorData.Columns], [new Dense(32, new ReLU()), new Dense(1, new Softmax())], seed: 1);
        using Trainer<float> trainer = model.Compile(new Adam(), new MeanSquaredError());
        trainer.Diagnose(DoctorData.Regression(1)).Should().ContainSingle(finding => finding.Code == "NC014")
            .Which.Severity.Should().Be(Severity.Error);
        DoctorData.Regressor().Diagnose(DoctorData.Regression(1)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(20, "NC015")]
    [InlineData(4, null)]
    public void Accuracy_where_most_rows_are_of_one_class(int oneIn, string? code)
    {
        float[] features = DoctorData.Features(1);
        int[] labels = Enumerable.Range(0, DoctorData.Rows).Select(row => row % oneIn == 0 ? 1 : 0).ToArray();
        Dataset<int> data = Dataset.From(features, [DoctorData.Columns], labels);
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier(2));
        ShouldBe(trainer.Diagnose(data), code, Severity.Hint);
        using Trainer<int> withoutAccuracy = DoctorData.Classifier(2).Compile(new Adam(), new SparseCategoricalCrossEntropy());
        withoutAccuracy.Diagnose(data).Should().BeEmpty();
    }

    [Fact]
    public void Awkward_but_healthy_features_are_silent_over_20_seeds()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Dataset<int> training = Awkward(seed);
            Dataset<int> evaluation = Awkward(seed + 100);
            using Trainer<int> trainer = DoctorData.Compile(new Sequential(
                training.InputShape, [new Dense(32, new ReLU()), new Dropout(0.5), new Dense(3, new Softmax())], (long)seed));
            trainer.Diagnose(training, evaluation).Should().BeEmpty($"seed {seed}");
            DoctorData.CodesOfFit(trainer, training, evaluation).Should().BeEmpty($"seed {seed}");
        }
    }

    [Fact]
    public void Labels_of_noise_are_no_worse_than_guessing_over_20_seeds()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Dataset<int> noise = Dataset.From(DoctorData.Features(seed), [DoctorData.Columns], TestData.Labels(DoctorData.Rows, 3, seed));
            using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier(seed: (long)seed), new Sgd(0.01f));
            DoctorData.CodesOfFit(trainer, noise).Should().BeEmpty($"seed {seed}");
        }
    }

    [Fact]
    public void Every_code_is_in_the_table_of_the_documents()
    {
        string[] listed = Repository.Read("docs/training-doctor.md").Split('\n')
            .Where(line => line.StartsWith("| NC", StringComparison.Ordinal)).Select(line => line[2..7]).ToArray();
        string[] used = Repository.Files("src/NeuralCore/Diagnostics/Doctor", ".cs").SelectMany(file =>
            Regex.Matches(Repository.Read(file), "\"(NC\\d{3})\"").Select(match => match.Groups[1].Value)).Distinct().Order().ToArray();
        listed.Should().Equal(used);
        used.Should().Equal(Enumerable.Range(1, used.Length).Select(number => $"NC{number:D3}"));
    }

    // Heavy tails, a rare indicator, counts, a column that is mostly zero, a binary column, and a value that drifts a little.
    private static Dataset<int> Awkward(ulong seed)
    {
        const int Columns = 6;
        float[] features = DoctorData.Features(seed);
        int[] labels = DoctorData.Labels(features);
        for (int row = 0; row < DoctorData.Rows; row++)
        {
            Span<float> x = features.AsSpan(row * Columns, Columns);
            x[0] = MathF.Exp(1.5f * x[0]);
            x[1] = x[1] > 2 ? 1 : 0;
            x[2] = MathF.Round(MathF.Abs(3 * x[2]));
            x[3] = x[3] > 1 ? x[3] : 0;
            x[4] = x[4] > 0 ? 1 : 0;
            x[5] = x[5] + (seed > 100 ? 0.5f : 0);
        }
        return Dataset.From(features, [Columns], labels);
    }

    [Fact]
    public void A_diagnosis_changes_no_bit_of_the_training_after_it()
    {
        Sequential plain = TestModels.Small();
        Sequential diagnosed = TestModels.Small();
        using Trainer<int> first = plain.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        using Trainer<int> second = diagnosed.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        first.Fit(TestModels.Data());
        first.Fit(TestModels.Data());
        second.Diagnose(TestModels.Data());
        second.Fit(TestModels.Data());
        second.Diagnose(TestModels.Data(), TestModels.Data(salt: 1));
        second.StepCount.Should().Be(first.StepCount / 2);
        second.Fit(TestModels.Data());
        TestModels.Bits(diagnosed).Should().Equal(TestModels.Bits(plain));
    }

    [Fact]
    public void Data_of_another_shape_is_refused()
    {
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier());
        FluentActions.Invoking(() => trainer.Diagnose(TestModels.Data())).Should().Throw<ShapeException>();
        FluentActions.Invoking(() => trainer.Diagnose(DoctorData.Classification(1), TestModels.Data())).Should().Throw<ShapeException>();
        FluentActions.Invoking(() => trainer.Model.Diagnose(TestModels.Data())).Should().Throw<ShapeException>();
    }

    [Fact]
    public void Small_and_odd_data_gets_an_answer()
    {
        Dataset<int> one = Dataset.From(new float[DoctorData.Columns], [DoctorData.Columns], [0]);
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier());
        trainer.Diagnose(one, one).Should().BeEmpty();
        Dataset<int> four = DoctorData.Classification(1).Take(4);
        trainer.Diagnose(four, four).Select(finding => finding.Code).Should().Equal("NC007");
    }

    private static void ShouldBe(IReadOnlyList<Finding> findings, string? code, Severity? severity = null)
    {
        findings.Select(finding => finding.Code).Should().Equal(code is null ? [] : [code], string.Join('\n', findings));
        if (code is not null && severity is not null)
            findings[0].Severity.Should().Be(severity);
        foreach (Finding finding in findings)
            finding.ToString().Should().MatchRegex(@"^NC\d{3} (hint|warning|error): .+[.?] .+\.$");
    }

    private sealed class WholeNumbers(TargetSource<float> source) : TargetSource<int>(source.Count, source.Width)
    {
        public override void Gather(ReadOnlySpan<int> rows, Span<int> destination)
        {
            float[] values = new float[rows.Length * Width];
            source.Gather(rows, values);
            for (int i = 0; i < values.Length; i++)
                destination[i] = (int)values[i];
        }
    }

    private static string[] CodesOfEvaluation(Dataset<int> training, Dataset<int> evaluation)
    {
        using Trainer<int> trainer = DoctorData.Compile(DoctorData.Classifier());
        StringWriter log = new();
        trainer.Fit(training, new() { Epochs = 1, Log = log });
        int before = log.ToString().Length;
        trainer.Evaluate(evaluation);
        return log.ToString()[before..].Split(log.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => line[..5]).ToArray();
    }
}
