using System.Text.Json;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Layers;

/// <summary>Preprocessing layers against scikit-learn 1.2, and what a model promises with them at its front.</summary>
public class PreprocessingTests
{
    private static readonly JsonElement Peer = PeerFixture.Load("preprocessing");

    public static TheoryData<string> Names => new(Cases.Keys);

    private static readonly Dictionary<string, (string Input, Func<PreprocessingLayer> Layer)> Cases = new()
    {
        ["standard"] = ("numbers", () => new StandardScaler()),
        ["standardMissing"] = ("missing", () => new StandardScaler()),
        ["minMax"] = ("numbers", () => new MinMaxScaler()),
        ["minMaxRange"] = ("missing", () => new MinMaxScaler(lower: -1, upper: 2)),
        ["mean"] = ("missing", () => new Imputer()),
        ["median"] = ("missing", () => new Imputer(ImputeStrategy.Median)),
        ["constant"] = ("missing", () => new Imputer(ImputeStrategy.Constant, fillValue: -1.5f)),
        ["oneHot"] = ("codes", () => new OneHotEncoder()),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Columns_become_what_scikit_learn_makes_of_them(string name)
    {
        FeatureSource input = Rows(Cases[name].Input);
        PreprocessingLayer layer = Cases[name].Layer().Fit(input);
        layer.IsFitted.Should().BeTrue();

        ShouldBeClose(new Sequential(input.Shape, [layer]).Predict(input), Peer.GetProperty(name));
    }

    [Fact]
    public void A_mixed_table_becomes_what_scikit_learn_s_pipeline_makes_of_it()
    {
        FeatureSource table = Rows("table");
        Sequential model = new(table.Shape, Preprocessing.Fit(
            table, new Imputer(ImputeStrategy.Median), new StandardScaler([0, 1, 2, 3]), new OneHotEncoder([4, 5])));

        model.OutputShape.Should().Equal(11);
        ShouldBeClose(model.Predict(table), Peer.GetProperty("pipeline"));
        ShouldBeClose(model.Predict(Rows("later")), Peer.GetProperty("pipelineLater"));
    }

    [Fact]
    public void Listed_columns_change_and_the_others_pass()
    {
        float[,] rows = { { 1, 10, 3 }, { 3, 20, 3 }, { float.NaN, 30, 5 } };
        Predict(new StandardScaler([1]), rows).Should().Equal(1, -1.2247449f, 3, 3, 0, 3, float.NaN, 1.2247449f, 5);
        Predict(new MinMaxScaler([1], -1, 1), rows).Should().Equal(1, -1, 3, 3, 0, 3, float.NaN, 1, 5);
        Predict(new Imputer(columns: [0, 2]), rows).Should().Equal(1, 10, 3, 3, 20, 3, 2, 30, 5);
        Predict(new Imputer(columns: [1]), rows).Should().Equal(1, 10, 3, 3, 20, 3, float.NaN, 30, 5);
        Predict(new OneHotEncoder([2, 0]), rows).Should().Equal(1, 0, 10, 1, 0, 0, 1, 20, 1, 0, 0, 0, 30, 0, 1);

        static float[] Predict(PreprocessingLayer layer, FeatureSource rows) =>
            new Sequential(rows.Shape, [layer.Fit(rows)]).Predict(rows);
    }

    [Fact]
    public void Codes_are_found_wherever_they_lie()
    {
        float[,] rows = { { 0 }, { -3 }, { 7 }, { 1000 }, { 12 }, { -0f } };
        Sequential model = new([1], [new OneHotEncoder().Fit(rows)]);
        model.PredictClasses(rows).Should().Equal(1, 0, 2, 4, 3, 1);
        model.Predict(new float[,] { { 1 }, { 0.5f }, { float.NaN }, { float.PositiveInfinity }, { -4 }, { 1e9f } }).Should().OnlyContain(
            value => value == 0);
    }

    [Fact]
    public void Statistics_take_double_and_do_not_cancel()
    {
        float[] values = Enumerable.Range(0, 100_001).Select(i => 16_000_000f + i % 3).ToArray();
        Sequential model = new([1], [new StandardScaler().Fit(new ArrayFeatures(values, [1]))]);
        model.Parameters[0].Values[0].Should().Be((float)values.Average(value => (double)value));
        double mean = values.Average(value => (double)value);
        model.Parameters[1].Values[0].Should().Be((float)Math.Sqrt(values.Average(value => (value - mean) * (value - mean))));
    }

    [Fact]
    public void Images_are_scaled_pixel_by_pixel()
    {
        FeatureSource images = new ByteFeatures(new byte[] { 0, 10, 20, 30, 40, 50, 60, 0 }, [2, 2], 1f);
        new Sequential([2, 2], [new MinMaxScaler().Fit(images), new Flatten()]).Predict(images).Should().Equal(0, 0, 0, 1, 1, 1, 1, 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_model_with_them_keeps_the_promises(bool freezes)
    {
        (float[] rows, int[] labels) = Table(150);
        Dataset<int> data = Dataset.From(rows, [5], labels);
        new Promises<int>
        {
            Model = () => new Sequential([5],
            [
                .. Preprocessing.Fit(
                    data.Features, new Imputer(ImputeStrategy.Median), new MinMaxScaler([1]), new StandardScaler([0, 2]),
                    new OneHotEncoder([3, 4])),
                new Dense(9, new ReLU()) { Trainable = !freezes },
                new Dense(3, new Softmax()),
            ], seed: 5),
            Optimizer = () => new Adam(0.02f),
            Loss = new SparseCategoricalCrossEntropy(),
            Metrics = [new Accuracy()],
            Data = data,
        }.ShouldHold();
    }

    [Fact]
    public void Training_does_not_change_them_and_a_copy_has_them()
    {
        (float[] rows, int[] labels) = Table(90);
        Dataset<int> data = Dataset.From(rows, [5], labels);
        Sequential model = new([5], [.. Preprocessing.Fit(data.Features, new Imputer(columns: [0]), new StandardScaler([0, 1, 2]),
            new OneHotEncoder([3, 4])), new Dense(3, new Softmax())]);
        float[] before = Statistics(model);

        using Trainer<int> trainer = model.Compile(new Adam(0.1f), new SparseCategoricalCrossEntropy());
        trainer.Fit(data, new() { Epochs = 3 });

        Statistics(model).Should().Equal(before);
        Sequential copy = model.Clone();
        Statistics(copy).Should().Equal(before);
        copy.Predict(data).Should().Equal(model.Predict(data));
        model.Parameters.Where(p => !p.IsTrainable).Select(p => p.FullName).Should().Equal(
            "imputer.fill", "standardscaler.mean", "standardscaler.deviation", "onehotencoder.categories");
        using TemporaryFolder folder = new();
        model.Save(folder.File("m"));
        Sequential loaded = Sequential.Load(folder.File("m"));
        loaded.Clone().Predict(data).Should().Equal(model.Predict(data));
        loaded.Layers.OfType<PreprocessingLayer>().Should().OnlyContain(layer => layer.IsFitted);

        static float[] Statistics(Sequential model) =>
            model.Parameters.Where(p => p.IsStatistic).SelectMany(p => p.Values.ToArray()).ToArray();
    }

    [Fact]
    public void Nothing_is_computed_on_the_way_back_before_the_first_trained_layer()
    {
        float[,] rows = { { 1, 0 }, { 2, 1 } };
        Sequential model = new([2], [.. Preprocessing.Fit(rows, new Imputer(), new StandardScaler([0]), new OneHotEncoder([1])),
            new Dense(4, new ReLU()), new Dense(2)]);
        ExecutionPlan plan = ExecutionPlan.ForTraining(model.ExpandedLayers, 2);
        plan.BackwardParts.Should().ContainSingle().Which.Should().OnlyContain(call => call.Layer > 3);
        Enumerable.Range(0, 4).Should().OnlyContain(layer => !plan.NeedsInputGradient(layer));
        plan.Gradients.Take(4).Should().OnlyContain(slot => slot == null);
    }

    [Fact]
    public void An_unfitted_layer_does_not_join_a_model()
    {
        FluentActions.Invoking(() => new Sequential([2], [new StandardScaler()])).Should().Throw<InvalidOperationException>()
            .WithMessage("standardscaler: StandardScaler has not been fitted. Call Fit(train.Features) before the model is built.");
        new Sequential([2], [new Imputer(ImputeStrategy.Constant)]).Predict(new float[,] { { float.NaN, 1 } }).Should().Equal(0, 1);
        StandardScaler scaler = new StandardScaler().Fit(new float[,] { { 1, 2 } });
        FluentActions.Invoking(() => new Sequential([3], [scaler])).Should().Throw<ShapeException>()
            .WithMessage("standardscaler: StandardScaler expects [2] as in the data that it was fitted on, got [3]*");
        _ = new Sequential([2], [scaler]);
        FluentActions.Invoking(() => scaler.Fit(new float[,] { { 1, 2 } })).Should().Throw<InvalidOperationException>()
            .WithMessage("standardscaler: the layer is part of a model already*");
    }

    [Fact]
    public void Unsuitable_data_and_settings_are_named()
    {
        Fitting(new StandardScaler(), new float[,] { { 1, 2 }, { 3, float.NegativeInfinity } }).WithMessage(
            "StandardScaler: row 1, column 1 is infinite*");
        Fitting(new MinMaxScaler(), new float[,] { { 1, float.NaN } }).WithMessage("MinMaxScaler: column 1 has no value, only NaN*");
        Fitting(new StandardScaler(), new float[,] { { float.NaN } }).WithMessage("StandardScaler: column 0 has no value*");
        Fitting(new Imputer(ImputeStrategy.Median), new float[,] { { float.NaN } }).WithMessage(
            "Imputer(Median): column 0 has no value*median*");
        Fitting(new OneHotEncoder([1]), new float[,] { { 1, 2 }, { 3, 2.5f } }).WithMessage(
            "OneHotEncoder(columns: [1]): row 1, column 1 is 2.5, not a whole number*numeric column*");
        Fitting(new OneHotEncoder(), new float[,] { { 1e9f } }).WithMessage("*1E+09*");
        Fitting(new StandardScaler([0, 4]), new float[,] { { 1, 2 } }).WithMessage(
            "StandardScaler(columns: [0, 4]): *there is no column 4: they are 0 to 1*");
        FluentActions.Invoking(() => new StandardScaler([0]).Fit(new ArrayFeatures(new float[4], [2, 2]))).Should()
            .Throw<ArgumentException>()
            .WithMessage("*only be listed for vectors*");
        FluentActions.Invoking(() => new StandardScaler().Fit(new ArrayFeatures(Array.Empty<float>(), [2]))).Should()
            .Throw<ArgumentException>().WithMessage("*no rows*");
        foreach (int[] columns in new int[][] { [], [-1], [1, 1] })
            FluentActions.Invoking(() => new Imputer(columns: columns)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new MinMaxScaler(lower: 1, upper: 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Imputer(fillValue: float.NaN)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Imputer((ImputeStrategy)7)).Should().Throw<ArgumentOutOfRangeException>();

        static FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Fitting(PreprocessingLayer layer, float[,] rows) =>
            FluentActions.Invoking(() => layer.Fit(rows)).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0-2, 5")]
    [InlineData("3, 5-6, 9-65540")]
    public void Columns_are_read_as_they_are_written(string text) => ColumnList.Format(ColumnList.Parse(text)).Should().Be(text);

    [Theory]
    [InlineData("1, 1")]
    [InlineData("2-1")]
    [InlineData("0-2000000000")]
    [InlineData("0-40000, 50000-90000")]
    [InlineData("-1")]
    [InlineData("a")]
    [InlineData("1,2")]
    [InlineData("1-2-3")]
    [InlineData("0, 2147483647")]
    public void Wrong_lists_of_columns_are_refused(string text) =>
        FluentActions.Invoking(() => ColumnList.Parse(text)).Should().Throw<FormatException>();

    private static FeatureSource Rows(string name)
    {
        float[] values = Values(Peer.GetProperty(name)).Select(value => (float)value).ToArray();
        return new ArrayFeatures(values, [name == "later" ? values.Length / 9 : values.Length / Peer.GetProperty("rows").GetInt32()]);
    }

    private static double[] Values(JsonElement array) =>
        array.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Null ? double.NaN : value.GetDouble()).ToArray();

    private static void ShouldBeClose(float[] found, JsonElement peer)
    {
        double[] expected = Values(peer);
        found.Should().HaveCount(expected.Length);
        for (int i = 0; i < found.Length; i++)
        {
            if (double.IsNaN(expected[i]))
                float.IsNaN(found[i]).Should().BeTrue("value {0} is missing", i);
            else
                ((double)found[i]).Should().BeApproximately(expected[i], 1e-5 + 1e-6 * Math.Abs(expected[i]), "of value {0}", i);
        }
    }

    private static (float[] Rows, int[] Labels) Table(int count)
    {
        float[] normals = TestData.Normals(count * 5);
        int[] labels = TestData.Labels(count, 3);
        for (int row = 0; row < count; row++)
        {
            normals[row * 5] = row % 7 == 3 ? float.NaN : normals[row * 5] * 100 + labels[row] * 50;
            normals[row * 5 + 1] += 1000;
            normals[row * 5 + 3] = row % 11 == 2 ? float.NaN : (labels[row] + row % 2) * 10;
            normals[row * 5 + 4] = row % 4;
        }
        return (normals, labels);
    }
}
