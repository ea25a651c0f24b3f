using NeuralCore.Losses;
using NeuralCore.Tests.Support;
using Row = NeuralCore.Tests.Support.NaiveRowLoss.Row;

namespace NeuralCore.Tests.Losses;

/// <summary>Every loss with float targets against its formula in double: one output, less than a vector, more than one.</summary>
public class RowLossTests
{
    private const int Rows = 37;

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["squared error"] = new(new MeanSquaredError(), NaiveRowLoss.SquaredError),
        ["absolute error"] = new(new MeanAbsoluteError(), NaiveRowLoss.AbsoluteError),
        ["Huber"] = new(new Huber(), NaiveRowLoss.Huber(1)),
        ["Huber, small delta"] = new(new Huber(0.25f), NaiveRowLoss.Huber(0.25)),
        ["median"] = new(new Quantile(0.5f), NaiveRowLoss.Quantile(0.5)),
        ["90th percentile"] = new(new Quantile(0.875f), NaiveRowLoss.Quantile(0.875)),
        ["log-cosh"] = new(new LogCosh(), NaiveRowLoss.LogCosh),
        ["binary"] = new(new BinaryCrossEntropy(), NaiveRowLoss.Binary, Values.Probabilities, Values.Probabilities),
        ["binary of logits"] = new(
            new BinaryCrossEntropy(true), NaiveRowLoss.BinaryFromLogits, Values.Any, Values.Probabilities),
        ["Poisson"] = new(new Poisson(), NaiveRowLoss.PoissonOfRates, Values.Positive, Values.Positive),
        ["Poisson of logarithms"] = new(new Poisson(true), NaiveRowLoss.PoissonOfLogs, Values.Any, Values.Positive),
        ["divergence"] = new(new KLDivergence(), NaiveRowLoss.Divergence(false), Values.Shares, Values.Shares, Least: 2),
        ["divergence of logits"] = new(new KLDivergence(true), NaiveRowLoss.Divergence(true), Values.Any, Values.Shares, Least: 2),
        ["smoothed"] = new(
            new CategoricalCrossEntropy(labelSmoothing: 0.1f), NaiveRowLoss.CrossEntropy(false, 0.1f), Values.Shares, Values.Shares, 2),
        ["smoothed logits"] = new(
            new CategoricalCrossEntropy(true, 0.25f), NaiveRowLoss.CrossEntropy(true, 0.25), Values.Any, Values.Shares, Least: 2),
    };

    private enum Values
    {
        Any,
        Shares,
        Probabilities,
        Positive,
    }

    public static TheoryData<string> Names => new(Cases.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_and_gradient_are_the_formula_s(string name)
    {
        Case test = Cases[name];
        foreach (int size in new[] { 1, 2, 3, 15, 16, 17, 40 }.Where(size => size >= test.Least))
        {
            float[] y = Draw(test.Predictions, size, seed: 3);
            float[] t = Draw(test.Targets, size, seed: 4);
            // A prediction that is its target exactly.
            if (test.Predictions == test.Targets)
                y.AsSpan(0, size).CopyTo(t);

            (double[] losses, float[] gradient) = Evaluate(test.Loss, y, t, size);

            test.Loss.TargetWidth([size]).Should().Be(size);
            Compare(test.Row, y, t, size, size, losses, gradient);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_does_not_change_the_loss_and_may_overwrite_the_predictions(string name)
    {
        Case test = Cases[name];
        foreach (int size in new[] { 1, 5, 19 }.Where(size => size >= test.Least))
        {
            float[] y = Draw(test.Predictions, size, seed: 5);
            float[] t = Draw(test.Targets, size, seed: 6);
            (double[] losses, float[] gradient) = Evaluate(test.Loss, y, t, size);
            double[] alone = new double[Rows];
            double[] inPlaceLosses = new double[Rows];
            float[] inPlace = [.. y];

            test.Loss.Evaluate(new() { Rows = Rows, Predictions = y, Targets = t, RowLosses = alone });
            test.Loss.Evaluate(new()
            {
                Rows = Rows, Predictions = inPlace, Targets = t, RowLosses = inPlaceLosses, Gradient = inPlace, GradientScale = 0.25f,
            });

            alone.Should().Equal(losses);
            inPlaceLosses.Should().Equal(losses);
            inPlace.Should().Equal(gradient);
        }
    }

    // Below 1/4 a series takes over from the formula, which cancels there.
    [Fact]
    public void Log_cosh_keeps_its_digits_for_small_errors()
    {
        float[] errors = Enumerable.Range(0, Rows).Select(i => 1e-4f + i / 80f).ToArray();
        (double[] losses, _) = Evaluate(new LogCosh(), errors, new float[Rows], 1);
        for (int i = 0; i < Rows; i++)
        {
            double expected = NaiveRowLoss.LogCosh([errors[i]], [0]).Loss;
            (losses[i] / expected).Should().BeApproximately(1, 3e-6, "of {0}", errors[i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(21)]
    public void Several_quantiles_have_one_output_each(int targets)
    {
        Quantile loss = new(0.125f, 0.5f, 0.875f);
        float[] y = TestData.Normals(Rows * 3 * targets, 3);
        float[] t = TestData.Normals(Rows * targets, 4);

        (double[] losses, float[] gradient) = Evaluate(loss, y, t, 3 * targets);

        loss.TargetWidth([3 * targets]).Should().Be(targets);
        Compare(NaiveRowLoss.Quantile(0.125, 0.5, 0.875), y, t, 3 * targets, targets, losses, gradient);
        loss.Invoking(l => l.TargetWidth([4])).Should().Throw<ShapeException>()
            .WithMessage("Quantile(0.125, 0.5, 0.875): expects 3 outputs for each target value*got predictions [4]*");
    }

    [Fact]
    public void The_minimum_of_each_quantile_loss_is_the_quantile_of_the_targets()
    {
        float[] targets = Enumerable.Range(0, 101).Select(i => (float)i).ToArray();
        foreach (float quantile in new[] { 0.1f, 0.5f, 0.9f })
        {
            double[] at = targets.Select(guess =>
            {
                double[] losses = new double[targets.Length];
                new Quantile(quantile).Evaluate(new()
                {
                    Rows = targets.Length, Predictions = Enumerable.Repeat(guess, targets.Length).ToArray(), Targets = targets,
                    RowLosses = losses,
                });
                return losses.Sum();
            }).ToArray();
            Array.IndexOf(at, at.Min()).Should().BeInRange((int)(100 * quantile) - 1, (int)(100 * quantile) + 1);
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e18f)]
    [InlineData(-1e18f)]
    public void Equal_and_distant_values_give_finite_losses(float target)
    {
        foreach (Loss<float> loss in new Loss<float>[]
        {
            new MeanSquaredError(), new MeanAbsoluteError(), new Huber(), new LogCosh(), new Quantile(0.5f),
        })
        {
            float[] t = Enumerable.Repeat(target, Rows * 3).ToArray();
            (double[] losses, float[] gradient) = Evaluate(loss, t, t, 3);
            losses.Should().OnlyContain(value => value == 0);
            gradient.Should().OnlyContain(value => value == 0);

            (losses, gradient) = Evaluate(loss, TestData.Normals(Rows * 3), t, 3);
            losses.Should().OnlyContain(value => double.IsFinite(value) && value > 0);
            gradient.Should().OnlyContain(value => float.IsFinite(value));
        }
    }

    [Fact]
    public void A_NaN_prediction_shows_in_its_own_row()
    {
        foreach (Case test in Cases.Values)
        {
            float[] y = Draw(test.Predictions, 5, seed: 7);
            y[13] = float.NaN;
            (double[] losses, _) = Evaluate(test.Loss, y, Draw(test.Targets, 5, seed: 8), 5);
            losses.Select(double.IsNaN).Should().Equal(Enumerable.Range(0, Rows).Select(row => row == 2), test.Loss.ToString());
        }
    }

    [Fact]
    public void Wrong_targets_are_refused_with_their_row()
    {
        foreach (Loss<float> loss in new Loss<float>[]
        {
            new MeanSquaredError(), new MeanAbsoluteError(), new Huber(), new LogCosh(), new Poisson(),
        })
        {
            foreach (float wrong in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
                Refuses(loss, wrong, $"{loss.Name}: row 103 of the targets contains {wrong}; a target is a finite number.*missing*");
        }
        Refuses(new Poisson(), -1, "Poisson: row 103 of the targets contains -1; a target is a count or a rate of at least 0*");
        Refuses(new BinaryCrossEntropy(), 2, "BinaryCrossEntropy: row 103 of the targets contains 2; a target is a probability*0 and 1?*");
        Refuses(new BinaryCrossEntropy(), -1, "BinaryCrossEntropy: row 103 of the targets contains -1*");
        Refuses(new BinaryCrossEntropy(), float.NaN, "BinaryCrossEntropy: row 103 of the targets contains NaN*");
        new SparseBinaryCrossEntropy().Invoking(l => l.CheckTargets([0, 1, 1, 2], [1], 100)).Should().Throw<ArgumentException>()
            .WithMessage("SparseBinaryCrossEntropy: the label of row 103 is 2, but the classes of one output are 0 and 1*");
        Refuses(new KLDivergence(), 2, "KLDivergence: row 103 of the targets contains 2; a target is a row of probabilities*");
        new Quantile(0.1f, 0.9f).Invoking(l => l.CheckTargets([1, 2, 3, float.NaN], [4], 100)).Should().Throw<ArgumentException>()
            .WithMessage("Quantile: row 101 of the targets contains NaN*");
    }

    [Fact]
    public void Wrong_settings_are_refused()
    {
        foreach (float delta in new[] { 0, -1, float.NaN, float.PositiveInfinity })
            FluentActions.Invoking(() => new Huber(delta)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("*positive and finite*");
        foreach (float smoothing in new[] { -0.1f, 1, float.NaN })
        {
            const string message = "Label smoothing is at least 0 and below 1; 0.1 is usual.*";
            FluentActions.Invoking(() => new CategoricalCrossEntropy(labelSmoothing: smoothing)).Should()
                .Throw<ArgumentOutOfRangeException>().WithMessage(message);
            FluentActions.Invoking(() => new SparseCategoricalCrossEntropy(labelSmoothing: smoothing)).Should()
                .Throw<ArgumentOutOfRangeException>().WithMessage(message);
        }
        foreach (float quantile in new[] { 0, 1, 90, float.NaN })
            FluentActions.Invoking(() => new Quantile(0.5f, quantile)).Should().Throw<ArgumentException>().WithMessage("*got*0.9.*");
        FluentActions.Invoking(() => new Quantile()).Should().Throw<ArgumentException>().WithMessage("*at least one quantile*");
    }

    private static void Refuses(Loss<float> loss, float wrong, string message)
    {
        float[] targets = [1, 0, 1, 0, 1, 0, 0, wrong];
        loss.Invoking(l => l.CheckTargets(targets, [2], 100)).Should().Throw<ArgumentException>().WithMessage(message);
        targets[7] = 1;
        loss.CheckTargets(targets, [2], 100);
    }

    private static (double[] Losses, float[] Gradient) Evaluate(Loss<float> loss, float[] y, float[] t, int size)
    {
        double[] losses = new double[Rows];
        float[] gradient = new float[Rows * size];
        loss.Evaluate(new()
        {
            Rows = Rows, Predictions = y, Targets = t, RowLosses = losses, Gradient = gradient, GradientScale = 0.25f,
        });
        return (losses, gradient);
    }

    private static void Compare(Row row, float[] y, float[] t, int size, int width, double[] losses, float[] gradient)
    {
        List<double> expected = [];
        for (int i = 0; i < Rows; i++)
        {
            (double loss, double[] slopes) = row(
                TestData.Doubles(y[(i * size)..((i + 1) * size)]), TestData.Doubles(t[(i * width)..((i + 1) * width)]));
            losses[i].Should().BeApproximately(loss, 2e-6 * Math.Max(1, Math.Abs(loss)), "row {0} of {1} outputs", i, size);
            expected.AddRange(slopes.Select(slope => 0.25 * slope));
        }
        Weights.RelativeDistance(gradient, expected.ToArray()).Should().BeLessThan(1e-6, "{0} outputs", size);
    }

    private static float[] Draw(Values values, int size, ulong seed) => values switch
    {
        Values.Shares => TestData.SoftRows(Rows, size, seed),
        Values.Probabilities => Array.ConvertAll(TestData.Normals(Rows * size, seed), x => (float)(1 / (1 + Math.Exp(-3 * x)))),
        Values.Positive => Array.ConvertAll(TestData.Normals(Rows * size, seed), x => (float)Math.Exp(x)),
        _ => TestData.Normals(Rows * size, seed),
    };

    private sealed record Case(
        Loss<float> Loss, Row Row, Values Predictions = Values.Any, Values Targets = Values.Any, int Least = 1);
}
