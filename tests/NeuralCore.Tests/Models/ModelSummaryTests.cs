using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Tests.Models;

public class ModelSummaryTests
{
    [Fact]
    public void The_basic_network_prints_as_in_the_report() =>
        SummaryOf(new Flatten(), new Dense(300, new ReLU()), new Dense(100, new ReLU()), new Dense(10, new Softmax())).Should().Be("""
            Model: "sequential"
            _________________________________________________________________
             Layer (type)                Output Shape              Param #
            =================================================================
             flatten (Flatten)           (None, 784)               0
             dense (Dense)               (None, 300)               235,500
             dense_1 (Dense)             (None, 100)               30,100
             dense_2 (Dense)             (None, 10)                1,010
            =================================================================
            Total params: 266,610 (1.02 MB)
            Trainable params: 266,610 (1.02 MB)
            Non-trainable params: 0 (0.00 Byte)
            _________________________________________________________________
            """);

    [Fact]
    public void The_baseline_network_prints_as_in_the_report() =>
        SummaryOf(
            new Flatten(), new Dense(128, new ReLU()), new Dense(128, new ReLU()), new Dropout(0.2),
            new Dense(10, new Softmax())).Should().Be("""
            Model: "sequential"
            _________________________________________________________________
             Layer (type)                Output Shape              Param #
            =================================================================
             flatten (Flatten)           (None, 784)               0
             dense (Dense)               (None, 128)               100,480
             dense_1 (Dense)             (None, 128)               16,512
             dropout (Dropout)           (None, 128)               0
             dense_2 (Dense)             (None, 10)                1,290
            =================================================================
            Total params: 118,282 (462.04 KB)
            Trainable params: 118,282 (462.04 KB)
            Non-trainable params: 0 (0.00 Byte)
            _________________________________________________________________
            """);

    [Fact]
    public void Separate_activations_have_rows_and_frozen_layers_are_counted_apart()
    {
        string summary = new Sequential([4], [new Dense(3) { Trainable = false }, new ReLU(), new Dense(2)]).Summary();
        summary.Should().Contain(" relu (ReLU)                 (None, 3)                 0");
        summary.Should().Contain("Total params: 23 (92.00 Byte)").And.Contain("Trainable params: 8 (32.00 Byte)")
            .And.Contain("Non-trainable params: 15 (60.00 Byte)");
    }

    [Fact]
    public void Long_names_widen_the_columns()
    {
        string name = new('n', 60);
        string[] lines = new Sequential([2, 3, 4, 5, 6, 7, 8, 9, 10], [new ReLU(name)]).Summary().ReplaceLineEndings("\n").Split('\n');
        lines[4].Should().Be($" {name} (ReLU) (None, 2, 3, 4, 5, 6, 7, 8, 9, 10)  0");
        lines[2].IndexOf("Output Shape", StringComparison.Ordinal).Should().Be(lines[4].IndexOf("(None", StringComparison.Ordinal));
        lines[2].IndexOf("Param #", StringComparison.Ordinal).Should().Be(lines[4].Length - 1);
        lines[1].Length.Should().BeGreaterThanOrEqualTo(lines[4].Length);
    }

    [Theory]
    [InlineData(0, "0.00 Byte")]
    [InlineData(1023, "1023.00 Byte")]
    [InlineData(1024, "1.00 KB")]
    [InlineData(473_128, "462.04 KB")]
    [InlineData(5L << 40, "5.00 TB")]
    public void Sizes_are_in_the_unit_that_fits(long bytes, string expected) => ModelSummary.Size(bytes).Should().Be(expected);

    private static string SummaryOf(params Layer[] layers) => new Sequential([28, 28], layers).Summary().ReplaceLineEndings("\n");
}
