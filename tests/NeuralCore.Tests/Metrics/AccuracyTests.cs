using NeuralCore.Metrics;

namespace NeuralCore.Tests.Metrics;

public class AccuracyTests
{
    [Fact]
    public void The_first_of_the_largest_predictions_counts()
    {
        Measure([0.1f, 0.7f, 0.2f, 0.5f, 0.5f, 0, 0, 1, 2], [1, 0, 1]).Should().Equal(1, 1, 0);
        Measure([0.1f, 0.7f, 0.2f, 0.5f, 0.5f, 0, 0, 1, 2], [0f, 1, 0, 1, 0, 0, 0, 1, 0]).Should().Equal(1, 1, 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_row_with_a_NaN_among_its_predictions_is_wrong_whatever_the_target(int position)
    {
        float[] predictions = [0.2f, 0.3f, 0.5f];
        predictions[position] = float.NaN;
        for (int label = 0; label < 3; label++)
        {
            float[] target = new float[3];
            target[label] = 1;
            Measure(predictions, [label]).Should().Equal(0);
            Measure(predictions, target).Should().Equal(0);
        }
    }

    [Fact]
    public void Targets_that_are_too_few_are_refused_and_not_read_beyond()
    {
        FluentActions.Invoking(() => Measure(new float[2_000_000], [1f])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Measure(new float[6], [1, 2], rows: 3)).Should().Throw<IndexOutOfRangeException>();
    }

    private static double[] Measure(float[] predictions, int[] labels, int? rows = null)
    {
        double[] values = new double[rows ?? labels.Length];
        new Accuracy().Evaluate(new MetricPass<int> { Rows = values.Length, Predictions = predictions, Targets = labels,
            RowValues = values });
        return values;
    }

    private static double[] Measure(float[] predictions, float[] targets)
    {
        double[] values = new double[Math.Max(1, targets.Length / 3)];
        new Accuracy().Evaluate(new MetricPass<float> { Rows = values.Length, Predictions = predictions, Targets = targets,
            RowValues = values });
        return values;
    }
}
