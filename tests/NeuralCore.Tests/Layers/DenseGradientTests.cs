using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Layers;

public class DenseGradientTests
{
    private const int Inputs = 19, Units = 21, Rows = 13;

    [Theory]
    [InlineData("kernel", 0, Inputs)]
    [InlineData("kernel", 3, 9)]
    [InlineData("bias", 0, Units)]
    [InlineData("bias", 4, 17)]
    public void A_sum_that_goes_on_over_later_rows_has_the_bits_of_one_over_all(string name, int start, int count)
    {
        Sequential model = new([Inputs], [new Dense(Units)], seed: 2);
        Parameter parameter = model.Parameters.Single(p => p.Name == name);
        float[] input = TestData.Normals(Rows * Inputs), outputGradient = TestData.Normals(Rows * Units);
        float[] whole = new float[count * (name == "kernel" ? Units : 1)];
        Array.Fill(whole, float.NaN);
        float[] parts = [.. whole];

        Sum(whole, 0, Rows, continues: false);
        Sum(parts, 0, 4, continues: false);
        Sum(parts, 4, 1, continues: true);
        Sum(parts, 5, Rows - 5, continues: true);

        parts.Select(BitConverter.SingleToUInt32Bits).Should().Equal(whole.Select(BitConverter.SingleToUInt32Bits));
        whole.Should().OnlyContain(value => float.IsFinite(value));

        void Sum(float[] gradient, int first, int rows, bool continues) => model.Layers[0].ComputeParameterGradients(new GradientPass
        {
            Rows = rows,
            Parameter = parameter,
            Start = start,
            Count = count,
            Gradient = gradient,
            ContinuesSum = continues,
            Input = input.AsSpan(first * Inputs, rows * Inputs),
            OutputGradient = outputGradient.AsSpan(first * Units, rows * Units),
        });
    }
}
