using System.Text.Json;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Data;

/// <summary>Augmented images against scipy, and what a fit promises with them.</summary>
public class AugmentedImagesTests
{
    private static readonly JsonElement[] Peer = PeerFixture.Load("augmentation").GetProperty("cases").EnumerateArray().ToArray();

    private static readonly ImageAugmentation All = new()
        { Shift = 1.5f, Rotation = 20, Scale = 0.2f, ElasticAlpha = 20, ElasticSigma = 3 };

    public static TheoryData<string> Names => new(Peer.Select(test => test.GetProperty("name").GetString()!));

    [Theory]
    [MemberData(nameof(Names))]
    public void Images_are_deformed_as_by_scipy(string name)
    {
        JsonElement test = Peer.Single(one => one.GetProperty("name").GetString() == name);
        int[] shape = test.Ints("shape");
        float[] settings = test.Floats("settings");
        float[] image = test.Floats("image");
        // The image in every row.
        ArrayFeatures images = new(Enumerable.Repeat(image, 6).SelectMany(values => values).ToArray(),
            Shape.Create(shape[2] == 1 ? shape[..2] : shape));
        AugmentedImages augmented = new(images, new()
        {
            Shift = settings[0], Rotation = settings[1], Scale = settings[2], ElasticAlpha = settings[3], ElasticSigma = settings[4],
        }, seed: 77);

        float[] result = new float[image.Length];
        double[][] expected = test.GetProperty("results").EnumerateArray().Select(values =>
            values.EnumerateArray().Select(value => value.GetDouble()).ToArray()).ToArray();
        foreach ((int epoch, int row, double[] values) in new[] { (0, 0, expected[0]), (0, 5, expected[1]), (3, 5, expected[2]) })
        {
            augmented.Gather([row], result, epoch);
            for (int i = 0; i < values.Length; i++)
                ((double)result[i]).Should().BeApproximately(values[i], 2e-5, "of pixel {0} in epoch {1}", i, epoch);
        }
        expected[0].Should().NotEqual(expected[1]);
    }

    [Fact]
    public void Without_an_epoch_images_are_unchanged_and_without_settings_too()
    {
        float[] values = TestData.Normals(4 * 30);
        AugmentedImages augmented = new(new ArrayFeatures(values, [5, 6]), All);
        Gathered(augmented, null).Should().Equal(values);
        Gathered(augmented, 0).Should().NotEqual(values);
        Gathered(new AugmentedImages(new ArrayFeatures(values, [5, 6]), new()), 3).Should().Equal(values);
    }

    [Fact]
    public void A_variant_depends_on_seed_epoch_and_row_alone()
    {
        FeatureSource bytes = new ByteFeatures(Enumerable.Range(0, 8 * 30).Select(i => (byte)(i * 37)).ToArray(), [5, 6]);
        AugmentedImages augmented = new(bytes, All, seed: 4);
        float[] all = Gathered(augmented, 2);
        for (int row = 0; row < 8; row++)
        {
            float[] one = new float[30];
            augmented.Gather([row], one, 2);
            one.Should().Equal(all[(row * 30)..(row * 30 + 30)]);
        }
        Gathered(augmented, 2).Should().Equal(all);
        Gathered(augmented, 1).Should().NotEqual(all);
        Gathered(new AugmentedImages(bytes, All, seed: 5), 2).Should().NotEqual(all);
        FeatureSource subset = Dataset.From(augmented, new int[8]).Subset([6, 2]).Features;
        Gathered(subset, 2).Should().Equal([.. all[180..210], .. all[60..90]]);
        Gathered(subset, null).Should().NotEqual(Gathered(subset, 2));
    }

    [Fact]
    public void A_fit_with_augmentation_and_scalers_keeps_the_promises() => new Promises<int>
    {
        Model = () => new Sequential([6, 6],
            [new StandardScaler().Fit(Images(150).Features), new Flatten(), new Dense(12, new ReLU()), new Dense(3, new Softmax())], 2),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseCategoricalCrossEntropy(),
        Metrics = [new Accuracy()],
        Data = Images(150).Augment(All, seed: 9),
        Options = () => new() { Epochs = 3, BatchSize = 16, Validation = Split.Stratified(0.2) },
    }.ShouldHold();

    [Fact]
    public void Only_training_rows_are_augmented()
    {
        Dataset<int> images = Images(120);
        Dataset<int> augmented = images.Augment(All);
        (EpochResult plain, double whole) = Fit(images);
        (EpochResult varied, double wholeVaried) = Fit(augmented);

        // With a learning rate of 0 the model stays as it is.
        varied.Validation!.Loss.Should().Be(plain.Validation!.Loss);
        varied.Training.Loss.Should().NotBe(plain.Training.Loss);
        wholeVaried.Should().Be(whole, "evaluations read images unchanged");
        Model().Predict(augmented).Should().Equal(Model().Predict(images));

        static (EpochResult, double) Fit(Dataset<int> data)
        {
            using Trainer<int> trainer = Model().Compile(new Sgd(0f), new SparseCategoricalCrossEntropy());
            EpochResult last = trainer.Fit(data, new() { Epochs = 2, Validation = Split.Shuffled(0.25) }).Epochs[1];
            return (last, trainer.Evaluate(data).Loss);
        }
    }

    [Fact]
    public void Each_epoch_sees_other_variants()
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(0f), new SparseCategoricalCrossEntropy());
        TrainingHistory history = trainer.Fit(Images(60).Augment(All), new() { Epochs = 3 });
        history.Epochs.Select(epoch => epoch.Training.Loss).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Resuming_with_another_augmentation_is_refused()
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());
        trainer.Fit(Images(60).Augment(All), new() { Epochs = 1 });
        FitOptions<int> resume = new() { Epochs = 2, ResumeFrom = trainer.CreateCheckpoint() };
        foreach (Dataset<int> other in new[] { Images(60), Images(60).Augment(All with { Shift = 2 }), Images(60).Augment(All, seed: 1) })
        {
            FluentActions.Invoking(() => trainer.Fit(other, resume)).Should().Throw<ArgumentException>()
                .WithMessage("*training data's augmentation*");
        }
        trainer.Fit(Images(60).Augment(All), resume);
    }

    [Fact]
    public void Wrong_settings_and_sources_are_refused()
    {
        ArrayFeatures images = new(new float[30], [5, 6]);
        foreach (ImageAugmentation wrong in new ImageAugmentation[]
        {
            new() { Shift = -1 }, new() { Rotation = 181 }, new() { Scale = 1 }, new() { ElasticAlpha = float.NaN },
            new() { ElasticSigma = 0 }, new() { ElasticSigma = 1000 },
        })
        {
            FluentActions.Invoking(() => new AugmentedImages(images, wrong)).Should().Throw<ArgumentOutOfRangeException>();
        }
        FluentActions.Invoking(() => new AugmentedImages(new ArrayFeatures(new float[30], [30]), All)).Should().Throw<ShapeException>()
            .WithMessage("Images have the shape [[]height, width] or [[]height, width, channels], got [[]30]*Flatten*".Replace("[[]", "["));
        FluentActions.Invoking(() => new AugmentedImages(new AugmentedImages(images, All), All)).Should().Throw<ArgumentException>()
            .WithMessage("*augmented already*");
    }

    [Fact]
    public void Sine_and_cosine_of_degrees_are_right()
    {
        for (double angle = -400; angle <= 400; angle += 0.37)
        {
            (double sine, double cosine) = Degrees.SinCos(angle);
            sine.Should().BeApproximately(Math.Sin(angle * Math.PI / 180), 2e-15);
            cosine.Should().BeApproximately(Math.Cos(angle * Math.PI / 180), 2e-15);
        }
        Degrees.SinCos(90).Should().Be((1, 0));
        Degrees.SinCos(-180).Should().Be((0, -1));
    }

    private static Sequential Model() => new([6, 6], [new Flatten(), new Dense(3, new Softmax())], seed: 2);

    private static Dataset<int> Images(int count) => Dataset.From(TestData.Normals(count * 36), [6, 6], TestData.Labels(count, 3));

    private static float[] Gathered(FeatureSource source, int? epoch)
    {
        float[] values = new float[source.Count * source.Shape.Size];
        int[] rows = Enumerable.Range(0, source.Count).ToArray();
        if (epoch is { } of)
            source.Gather(rows, values, of);
        else
            source.Gather(rows, values);
        return values;
    }
}
