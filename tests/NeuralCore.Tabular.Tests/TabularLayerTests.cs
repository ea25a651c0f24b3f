using NeuralCore.Diagnostics;
using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Tabular.Tests;

/// <summary>The layers of the presets: values against naive formulas, gradients against differences, files.</summary>
public class TabularLayerTests
{
    private static readonly float[] Samples = [1, 10, 2, 20, 3, float.NaN, 4, 40, 100, 50];

    public static TheoryData<string> Kinds => ["FeatureScale", "SmoothClip", "TargetScale", "RobustScaler", "TableInput"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_are_those_of_the_function(string kind) =>
        GradientCheck.Layer(kind switch
        {
            "FeatureScale" => new FeatureScale(6),
            "SmoothClip" => new SmoothClip(),
            "TargetScale" => new TargetScale(3, 2.5f),
            "RobustScaler" => RobustScaler.Fit([1, 2, 3, 4, 2, 3, 5, 8, 9, 4, 5, 7], 4),
            _ => new TableInput("x"),
        }, [4]).ThrowIfFailed();

    [Fact]
    public void Scaling_is_by_the_median_and_the_quartiles_of_the_values_that_are_there()
    {
        Sequential model = new([2], [RobustScaler.Fit(Samples, 2)]);

        // Column 1: 1 2 3 4 100, median 3, quartiles 2 and 4. Column 2: 10 20 40 50, median 30, quartiles 17.5 and 42.5.
        model.Predict([3, 30, 4, 42.5f, 100, float.NaN]).Should().Equal(0, 0, 0.5f, 0.5f, 48.5f, float.NaN);
    }

    [Theory]
    [InlineData(new float[] { 5, 5, 5, 5, 5, 9 }, new float[] { 5, 9 }, new float[] { 0, 2 })]
    [InlineData(new float[] { 5, 5, 5 }, new float[] { 5, 7 }, new float[] { 0, 0 })]
    [InlineData(new float[] { float.NaN, float.NaN }, new float[] { 5, 6 }, new float[] { 0, 0 })]
    public void Equal_quartiles_give_the_half_range_and_a_constant_gives_0(float[] samples, float[] input, float[] output) =>
        new Sequential([1], [RobustScaler.Fit(samples, 1)]).Predict(input).Should().Equal(output);

    [Fact]
    public void Clipping_is_smooth_and_bounded()
    {
        Sequential model = new([1], [new SmoothClip()]);

        foreach (float x in new[] { 0f, 0.1f, -1, 3, -30, 1e10f, -1e30f })
            model.Predict([x])[0].Should().BeApproximately((float)(x / Math.Sqrt(1 + (double)x * x / 9)), 1e-6f);
        model.Predict([float.MaxValue])[0].Should().Be(3);
    }

    [Fact]
    public void A_new_feature_scale_changes_nothing() =>
        new Sequential([3], [new FeatureScale(6)]).Predict([1, -2, 0.5f]).Should().Equal(1, -2, 0.5f);

    [Fact]
    public void Targets_are_brought_back_to_their_unit()
    {
        Sequential model = new([1], [TargetScale.Fit([2, 4, 4, 4, 5, 5, 7, 9])]);

        model.Predict([0, 1, -1]).Should().Equal(5, 7, 3);
        new Sequential([1], [TargetScale.Fit([3, 3])]).Predict([0, 1]).Should().Equal(3, 4);
    }

    [Fact]
    public void The_description_of_many_columns_is_divided_over_layers()
    {
        InputColumn[] columns = Enumerable.Range(0, 900)
            .Select(i => new InputColumn($"spalte \U0001F600 \"{i}\"", i % 3 == 0 ? ["a", "ö\n"] : null)).ToArray();
        TableSchema schema = new("y", ["0", "1"], columns);

        Layer[] layers = TableInput.For(schema).ToArray();

        layers.Length.Should().BeGreaterThan(1);
        TableInput.Read(layers).Should().BeEquivalentTo(schema);
        Path.GetTempFileName().Should().Match(path => SavesAndLoads(path, schema, layers));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"label\":\"y\",\"classes\":[],\"columns\":[{\"name\":\"x\",\"categories\":null}]}")]
    [InlineData("{\"label\":\"y\",\"classes\":null,\"columns\":[null]}")]
    [InlineData("{\"label\":\"y\",\"classes\":null,\"columns\":[{\"name\":\"x\",\"categories\":[null]}]}")]
    [InlineData("{\"label\":\"y\"")]
    public void A_damaged_description_is_an_error_of_its_format(string text) =>
        FluentActions.Invoking(() => TableSchema.FromJson(text)).Should().Throw<FormatException>();

    private static bool SavesAndLoads(string path, TableSchema schema, Layer[] layers)
    {
        Serialization.SequentialFiles.Save(new Sequential([schema.Width], [.. layers, new Dense(2)]), path);
        Sequential loaded = Serialization.ModelFile.Load(path, TabularNetwork.Layers).Model;
        File.Delete(path);
        return TableInput.Read(loaded.Layers)!.ToJson() == schema.ToJson();
    }
}
