using NeuralCore.Data;

namespace NeuralCore.Tests.Data;

public class OneHotTests
{
    [Fact]
    public void Encode_and_decode_are_inverse()
    {
        int[] labels = [3, 0, 1, 3, 2];
        float[] rows = OneHot.Encode(labels, 4);

        rows.Should().Equal(0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0);
        OneHot.Decode(rows, 4).Should().Equal(labels);

        float[] reused = Enumerable.Repeat(5f, 20).ToArray();
        OneHot.Encode(labels, 4, reused);
        reused.Should().Equal(rows);
    }

    [Fact]
    public void Bad_arguments_write_nothing()
    {
        float[] destination = [7, 7, 7, 7];
        FluentActions.Invoking(() => OneHot.Encode([0, 2], 2, destination)).Should().Throw<ArgumentException>()
            .WithMessage("The label of row 1 is 2*");
        FluentActions.Invoking(() => OneHot.Encode([0], 2, destination)).Should().Throw<ArgumentException>()
            .WithMessage("*a destination of 2, got 4*");
        FluentActions.Invoking(() => OneHot.Encode([0], 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => OneHot.Encode([0, 0, 0], int.MaxValue)).Should().Throw<OverflowException>();
        FluentActions.Invoking(() => OneHot.Decode([0, 1, 0], 2)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => OneHot.Decode([0], 0)).Should().Throw<ArgumentOutOfRangeException>();
        destination.Should().AllBeEquivalentTo(7f);
    }

    [Theory]
    [InlineData(new[] { 1f }, 0)]
    [InlineData(new[] { 1f, 2f, 2f }, 1)]
    [InlineData(new[] { -3f, -1f, -2f }, 1)]
    [InlineData(new[] { 0f, -0f }, 0)]
    [InlineData(new[] { float.NegativeInfinity, float.NegativeInfinity }, 0)]
    [InlineData(new[] { 1f, float.NaN, float.PositiveInfinity, float.NaN }, 1)]
    public void Largest_value_wins_the_first_of_equals(float[] row, int expected) => OneHot.ArgMax(row).Should().Be(expected);

    [Fact]
    public void Empty_row_has_no_largest() =>
        FluentActions.Invoking(() => OneHot.ArgMax([])).Should().Throw<ArgumentException>();
}
