using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Samples.Mnist.Statistics;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>The report's statistics against published worked examples.</summary>
public class StatisticsTests
{
    // Student 1908, "The probable error of a mean": hours of sleep gained with one drug over another, by patient. R's data set "sleep".
    private static readonly double[] Sleep = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];

    [Fact]
    public void Paired_t_is_students_and_rs()
    {
        // R: t.test(extra ~ group, data = sleep, paired = TRUE): t = -4.0621, df = 9, p = 0.002833, 95 % interval -2.4598858 to -0.7001142.
        PairedDifference result = StudentTTest.Paired(Sleep);

        result.Mean.Should().BeApproximately(1.58, 1e-12);
        result.T.Should().BeApproximately(4.0621, 5e-5);
        result.P.Should().BeApproximately(0.002833, 5e-7);
        result.Confidence!.Value.Low.Should().BeApproximately(0.7001142, 5e-8);
        result.Confidence!.Value.High.Should().BeApproximately(2.4598858, 5e-8);
    }

    [Fact]
    public void Interval_of_a_mean_is_nists()
    {
        // NIST/SEMATECH e-Handbook 1.3.5.2, data ZARR13.DAT: 195 values, mean 9.261460, standard deviation 0.02278881,
        // interval 9.258242 to 9.264679.
        Interval interval = StudentTTest.Interval(9.261460, 0.02278881, 195, 0.95);

        interval.Low.Should().BeApproximately(9.258242, 1e-6);
        interval.High.Should().BeApproximately(9.264679, 1e-6);
    }

    [Fact]
    public void Equal_differences_prove_nothing()
    {
        PairedDifference result = StudentTTest.Paired([0.9325 - 0.9297, 0.9331 - 0.9303]);

        result.Mean.Should().BeApproximately(0.0028, 1e-12);
        (result.T, result.P, result.Confidence).Should().Be((null, null, null));
    }

    [Fact]
    public void Holm_adjusts_as_the_worked_example()
    {
        // Wikipedia, "Holm-Bonferroni method", example: 0.01, 0.04, 0.03, 0.005; R: p.adjust(p, "holm") gives 0.03 0.06 0.06 0.02.
        double[] adjusted = HolmCorrection.Adjust([0.01, 0.04, 0.03, 0.005]);

        adjusted.Should().HaveCount(4);
        adjusted.Zip([0.03, 0.06, 0.06, 0.02]).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
        HolmCorrection.Adjust([0.9, 0.8]).Should().Equal(1, 1);
    }

    [Fact]
    public void Equivalence_is_lakens_example()
    {
        // The example of R's TOSTER::TOSTone: mean 0.54 against 0.5, sd 1.2, n 100, margins d = +-0.3: t(99) = 3.333 and -2.667.
        // Greater p = P(T99 > 2.6667); 2.6264 is the 0.995 quantile and 2.8713 the 0.9975 quantile of tables for 99 degrees of freedom.
        double p = StudentTTest.Equivalence(0.54 - 0.5, 1.2, 100, 0.3 * 1.2);

        p.Should().BeInRange(0.0025, 0.005);
        StudentTTest.Equivalence(0.04, 1.2, 100, 0.04 + 2.626405 * 0.12).Should().BeApproximately(0.005, 1e-6);
    }

    [Fact]
    public void Equivalence_below_five_percent_is_the_ninety_percent_interval_within_the_margins()
    {
        foreach (double margin in (double[])[1, 2.2, 2.3, 2.29, 2.31, 3])
        {
            Interval interval = StudentTTest.Interval(1.58, StudentTTest.Paired(Sleep).StandardDeviation!.Value, 10, 0.9);
            (StudentTTest.Equivalence(1.58, StudentTTest.Paired(Sleep).StandardDeviation!.Value, 10, margin) < 0.05)
                .Should().Be(interval.Low > -margin && interval.High < margin, $"margin {margin}, interval {interval}");
        }
    }

    [Fact]
    public void McNemar_is_mlxtends_example_of_two_classifiers()
    {
        // Raschka, mlxtend user guide, "McNemar's test", example 1: 25 and 15 of 10,000 test images: chi-squared 2.025, p 0.154728923485.
        McNemarResult result = McNemarTest.Of(25, 15);

        result.Statistic.Should().BeApproximately(2.025, 1e-12);
        result.P.Should().BeApproximately(0.154728923485, 1e-9);
        McNemarTest.Of(0, 0).P.Should().Be(1);
        McNemarTest.Of(1, 0).Should().Be(new McNemarResult(1, 0, 0, 1));
    }

    [Fact]
    public void McNemar_counts_images_that_only_one_got_right()
    {
        byte[] truth = [0, 1, 2, 3, 4];
        McNemarResult result = McNemarTest.Of([0, 1, 2, 9, 9], [0, 9, 9, 3, 8], i => truth[i]);

        (result.OnlyBaselineRight, result.OnlyThisRight).Should().Be((2, 1));
    }

    [Fact]
    public void Power_is_gpowers()
    {
        // Faul and others, G*Power 3.1 manual: matched pairs, two tails, d_z 0.5, alpha 0.05, requested power 0.80:
        // n = 34, actual power 0.8077775.
        TestPower.OfPairedT(0.5, 34, 0.05).Should().BeApproximately(0.8077775, 1e-6);
        TestPower.OfPairedT(0.5, 33, 0.05).Should().BeLessThan(0.8);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(200)]
    public void Power_without_an_effect_is_the_significance(int count) =>
        TestPower.OfPairedT(0, count, 0.05).Should().BeApproximately(0.05, 1e-6);

    [Fact]
    public void Detectable_difference_has_the_power_asked_for()
    {
        double difference = TestPower.DetectableDifference(deviation: 0.002, count: 10, significance: 0.005);

        TestPower.OfPairedT(difference / 0.002, 10, 0.005).Should().BeApproximately(0.8, 1e-6);
    }

    [Fact]
    public void Bootstrap_agrees_with_all_resamples_there_are()
    {
        double[] values = [0, 1, 3, 7];
        double[] all = (from a in values from b in values from c in values from d in values select (a + b + c + d) / 4).Order().ToArray();

        Interval interval = BootstrapInterval.OfMean(values);

        // 256 equally likely means; the 2.5 % and 97.5 % points lie where their counts say.
        (all.Count(mean => mean < interval.Low) / 256.0).Should().BeLessThanOrEqualTo(0.03);
        (all.Count(mean => mean <= interval.Low) / 256.0).Should().BeGreaterThanOrEqualTo(0.02);
        (all.Count(mean => mean > interval.High) / 256.0).Should().BeLessThanOrEqualTo(0.03);
        (all.Count(mean => mean >= interval.High) / 256.0).Should().BeGreaterThanOrEqualTo(0.02);
        BootstrapInterval.OfMean(values).Should().Be(interval);
    }
}
