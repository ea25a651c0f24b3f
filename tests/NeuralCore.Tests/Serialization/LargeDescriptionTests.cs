using System.Diagnostics;
using NeuralCore.Data;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Serialization;

/// <summary>What can be trained can be checkpointed and saved; what cannot be is refused before the first step.</summary>
public class LargeDescriptionTests
{
    private static readonly float[] _input = [1, 2];
    private static readonly int[] _target = [0];

    [Fact]
    public void A_model_of_1250_dense_layers_is_trained_checkpointed_and_resumed()
    {
        using TemporaryFolder folder = new();
        using Trainer<int> trainer = Deep(1250).Compile(new Adam(), new SparseCategoricalCrossEntropy());
        trainer.Fit(Dataset.From(_input, [2], _target), new()
        {
            Callbacks = [new EarlyStopping(5, monitor: Monitored.TrainingLoss), new ModelCheckpoint(folder.Path)],
            Threads = 1,
        });
        string file = Checkpoint.FindLatest(folder.Path)!;

        Sequential model = Sequential.Load(file);
        using Trainer<int> resumed = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        resumed.Restore(Checkpoint.Load(file));

        TestModels.Bits(model).Should().Equal(TestModels.Bits(trainer.Model));
        Deep(1250).LoadWeights(file).IsComplete.Should().BeTrue();
    }

    [Fact]
    public void A_model_of_1250_dense_layers_loads_in_8_KB_a_layer()
    {
        using TemporaryFolder folder = new();
        Deep(1250).Save(folder.File("m"));
        byte[] file = File.ReadAllBytes(folder.File("m"));
        using MemoryStream stream = new(file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();

        HostileFiles.LoadModel(stream);

        (GC.GetAllocatedBytesForCurrentThread() - before)
            .Should().BeLessThan(2L * file.Length + HostileFiles.Overhead + 1250L * HostileFiles.PerLayer);
        Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(1));
    }

    public static TheoryData<string> Large => new(Models.Keys);

    [Theory]
    [MemberData(nameof(Large))]
    public void Whatever_size_a_description_has_it_is_refused_before_the_first_step_or_every_checkpoint_can_be_saved_and_read(string what)
    {
        bool wasTaken = false;
        bool wasRefused = false;
        foreach (int size in Models[what].Sizes)
        {
            using TemporaryFolder folder = new();
            Sequential model = Models[what].Make(size);
            Trainer<int> trainer;
            try
            {
                trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
            }
            catch (ArgumentException e)
            {
                e.Message.Should().StartWith("The model is too large for a file, so checkpoints could not be saved: ")
                    .And.Contain("the limit of a file is");
                wasRefused = true;
                continue;
            }
            using (trainer)
            {
                trainer.CreateCheckpoint().Save(folder.File("c"));
                Checkpoint.Load(folder.File("c")).Weights.Should().HaveCount(model.Parameters.Count);
                model.Save(folder.File("m"));
                Sequential.Load(folder.File("m"), _factory).Parameters.Should().HaveCount(model.Parameters.Count);
                wasTaken = true;
            }
        }
        (wasTaken, wasRefused).Should().Be((true, true), "the sizes lie on both sides of the bound");
    }

    [Fact]
    public void An_ordinary_model_is_asked_without_writing_its_description()
    {
        Sequential model = TestModels.Small();
        DescriptionLimit.Check(model);
        long before = GC.GetAllocatedBytesForCurrentThread();

        DescriptionLimit.Check(model);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8192);
    }

    private static readonly LayerFactory _factory = LayerFactory.BuiltIn
        .With("Wordy", (description, name) => new Wordy(description.GetString("text"), name))
        .With("Many", (description, name) => new Many(description.GetInt32("count"), description.GetInt32("rank"), name));

    private static Dictionary<string, (int[] Sizes, Func<int, Sequential> Make)> Models { get; } = new()
    {
        ["layers"] = ([510, 515, 2040, 2047, 2048], count => Network(Enumerable.Range(0, count).Select(_ => new ReLU()))),
        ["dense layers"] = ([1000, 1300, 1400, 1450, 1500, 1700], Deep),
        ["long names"] = ([200, 400, 450, 500, 600], count =>
            Network(Enumerable.Range(0, count).Select(i => new Dense(2, name: $"{new string('n', 190)}{i}")))),
        ["names of three bytes a letter"] = ([100, 140, 150, 160, 170, 200], count =>
            Network(Enumerable.Range(0, count).Select(i => new Dense(2, name: $"{new string('字', 190)}{i}")))),
        ["names that are escaped"] = ([100, 200, 300, 400, 450, 500, 600], count =>
            Network(Enumerable.Range(0, count).Select(i => new Dense(2, name: $"{new string('"', 190)}{i}")))),
        ["one long text"] = ([2_000, 2_400, 16_000, 16_200, 16_400], length => Network([new Wordy(new string('x', length))])),
        ["texts of control characters"] = ([500, 2_500, 2_700, 2_800], length =>
            Network(Enumerable.Repeat(0, 10).Select(_ => new Wordy(new string('\u0001', length))))),
        ["weights in one layer"] = ([3_400, 3_494, 3_497, 3_600], count => Network([new Many(count, 1)])),
        ["dimensions"] = ([1, 15, 16, 17], rank => Network([new Many(1, rank)])),
    };

    private static Sequential Deep(int layers) => Network(Enumerable.Range(0, layers - 1).Select(_ => new Dense(2, new ReLU())));

    private static Sequential Network(IEnumerable<Layer> layers) => new([2], [.. layers, new Dense(2, new Softmax())], seed: 3);

    private sealed class Wordy(string text, string? name = null) : Identity(name)
    {
        protected internal override Shape Build(Shape input, LayerBuilder builder) => input;

        protected internal override LayerDescription Describe() => new LayerDescription("Wordy").With("text", text);
    }

    private sealed class Many(int count, int rank, string? name = null) : Identity(name)
    {
        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            for (int i = 0; i < count; i++)
                builder.AddParameter($"w{i}", Shape.Create(Enumerable.Repeat(1, rank).ToArray()), new Zeros());
            return input;
        }

        protected internal override LayerDescription Describe() => new LayerDescription("Many").With("count", count).With("rank", rank);
    }

    private abstract class Identity(string? name) : Layer(name)
    {
        protected internal override void Forward(in ForwardPass pass) => pass.Input.CopyTo(pass.Output);

        protected internal override void Backward(in BackwardPass pass) => pass.OutputGradient.CopyTo(pass.InputGradient);
    }
}
