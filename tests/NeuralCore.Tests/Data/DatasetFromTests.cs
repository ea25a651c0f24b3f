using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Optimizers;
using NeuralCore.Training;

namespace NeuralCore.Tests.Data;

/// <summary>Data sets from arrays and records as programs have them.</summary>
public class DatasetFromTests
{
    private static readonly float[] Expected = [1, 2, 3, 4, 5, 6];

    private sealed record Person(int Age, float Height, double Income, int Group, float Score);

    public static TheoryData<string> Kinds => new(Sources.Keys);

    private static readonly Dictionary<string, Func<FeatureSource>> Sources = new()
    {
        ["float[,]"] = () => new float[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } },
        ["double[,]"] = () => new double[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } },
        ["float[][]"] = () => new float[][] { [1, 2], [3, 4], [5, 6] },
        ["double[][]"] = () => new double[][] { [1, 2], [3, 4], [5, 6] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_of_any_kind_become_samples(string kind)
    {
        FeatureSource rows = Sources[kind]();

        rows.Count.Should().Be(3);
        rows.Shape.Should().Equal(2);
        Values(rows).Should().Equal(Expected);
        Dataset.From(rows, [0, 1, 2]).ToString().Should().Be("3 samples [2], 3 classes");
        Values(Dataset.From(rows, [0.5f, 1.5f, 2.5f]).Targets).Should().Equal(0.5f, 1.5f, 2.5f);
        Values(Dataset.From(rows, [0.1, 1.5, 2.5]).Targets).Should().Equal(0.1f, 1.5f, 2.5f);
        Dataset.From(rows, new float[,] { { 1, 0 }, { 0, 1 }, { 1, 0 } }).Targets.Width.Should().Be(2);
        Values(Dataset.From(rows, new double[,] { { 1, 0 }, { 0, 1 }, { 1, 0 } }).Targets).Should().Equal(1, 0, 0, 1, 1, 0);
    }

    [Fact]
    public void Rectangular_arrays_are_given_as_they_are()
    {
        float[,] x = { { 1, 2 }, { 3, 4 } };
        Dataset<int> data = Dataset.From(x, [1, 0]);
        x[0, 0] = 9;
        Values(data.Features).Should().Equal([1f, 2, 3, 4], "rows are copied");
    }

    [Fact]
    public void Flat_arrays_need_no_width_of_a_single_target()
    {
        Values(Dataset.From(Expected, [2], [7f, 8, 9]).Targets).Should().Equal(7, 8, 9);
        Values(Dataset.From(new byte[] { 0, 255 }, [1], [7f, 8]).Targets).Should().Equal(7, 8);
        Dataset<float> doubles = Dataset.From([1.0, 2, 3, 4, 5, 6], [3], [0.1, 0.2]);
        Values(doubles.Features).Should().Equal(Expected);
        Values(doubles.Targets).Should().Equal(0.1f, 0.2f);
        Dataset.From([1.0, 2, 3, 4, 5, 6], [3], [1, 0]).Targets.ClassCount.Should().Be(2);
    }

    [Fact]
    public void Records_are_read_by_selectors()
    {
        Person[] people = [new(30, 1.75f, 1000.5, 1, 0.5f), new(40, 1.5f, 2000, 0, 0.25f)];

        Dataset<int> classes = Dataset.From(people, p => [p.Age, p.Income], p => p.Group);
        Dataset<float> values = Dataset.From(people.Where(p => p.Age > 0), p => [p.Age, p.Height], p => p.Score);
        Dataset<float> doubles = Dataset.From(people, p => [p.Age, p.Height], p => p.Income);

        Values(classes.Features).Should().Equal(30, 1000.5f, 40, 2000);
        classes.Targets.ClassOf(0).Should().Be(1);
        Values(values.Features).Should().Equal(30, 1.75f, 40, 1.5f);
        Values(values.Targets).Should().Equal(0.5f, 0.25f);
        Values(doubles.Targets).Should().Equal(1000.5f, 2000);
    }

    [Fact]
    public void Wrong_rows_are_named()
    {
        FluentActions.Invoking(() => Dataset.From(new float[][] { [1, 2], [3, 4], [5] }, [0, 1, 2])).Should().Throw<ArgumentException>()
            .WithMessage("Row 2 has 1 value, but row 0 has 2: all rows need the same number of values.*");
        FluentActions.Invoking(() => Dataset.From(new double[][] { [1], null! }, [0, 1])).Should().Throw<ArgumentException>()
            .WithMessage("Row 1 is null.*");
        FluentActions.Invoking(() => Dataset.From(new double[,] { { 1, 2 }, { 3, 1e300 } }, [0, 1])).Should().Throw<ArgumentException>()
            .WithMessage("Row 1, column 1 is 1E+300: expected a value that a float can hold*");
        FluentActions.Invoking(() => Dataset.From([1.0, -1e39], [2], [0])).Should().Throw<ArgumentException>()
            .WithMessage("Row 0, column 1 is -1E+39*");
        FluentActions.Invoking(() => Dataset.From(new float[0, 3], [0])).Should().Throw<ArgumentException>()
            .WithMessage("There are no rows*");
        FluentActions.Invoking(() => Dataset.From(new float[][] { [] }, [0])).Should().Throw<ArgumentException>()
            .WithMessage("Row 0 has no values*");
        FluentActions.Invoking(() => Dataset.From(Array.Empty<Person>(), p => [p.Age], p => p.Group)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Dataset.From(new float[,] { { 1 }, { 2 } }, [0])).Should().Throw<ArgumentException>()
            .WithMessage("There are 2 samples [1] but 1 targets*");
        FluentActions.Invoking(() => Dataset.From(new Person[] { new(1, 2, 3, -1, 5) }, p => [p.Age], p => p.Group)).Should()
            .Throw<ArgumentException>().WithMessage("The label of row 0 is -1*");
    }

    [Fact]
    public void NaN_and_infinity_pass_and_stop_the_training()
    {
        Dataset<int> data = Dataset.From(new double[,] { { 1, double.NaN }, { double.PositiveInfinity, 2 } }, [0, 1]);
        Values(data.Features).Should().Equal(1, float.NaN, float.PositiveInfinity, 2);
        using Trainer<int> trainer = new Sequential([2], [new Dense(2, new Softmax())]).Compile(new Sgd(0.1f),
            new SparseCategoricalCrossEntropy());
        FluentActions.Invoking(() => trainer.Fit(data)).Should().Throw<NonFiniteException>().WithMessage("*row*");
    }

    private static float[] Values(FeatureSource source)
    {
        float[] values = new float[source.Count * source.Shape.Size];
        source.Gather(Enumerable.Range(0, source.Count).ToArray(), values);
        return values;
    }

    private static float[] Values(TargetSource<float> source)
    {
        float[] values = new float[source.Count * source.Width];
        source.Gather(Enumerable.Range(0, source.Count).ToArray(), values);
        return values;
    }
}
