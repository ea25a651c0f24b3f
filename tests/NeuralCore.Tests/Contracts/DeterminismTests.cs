using System.Text.Json;
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;
using NeuralCore.TestHost;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Contracts;

/// <summary>
/// The promise: for one version of NeuralCore, the same seed, data and settings give the same weights to the bit, for any number of
/// threads, in any process, on any vector path, in Debug and Release builds.
/// </summary>
public class DeterminismTests
{
    // The weights' hash after the fixed trainings. A change of these constants is a change of what users get from their seeds: make it only
    // on purpose, with a line in CHANGELOG.md. Take the new values from the failing test's message, after all other tests of this class
    // agree with each other.
    private const string SmallHash = "67234a08845e338652fe2d3147c5233ddc7f70c9b4ef77351cb3eceac65a19a8";
    private const string LargeHash = "fbc6815f00d37f544a5a218a495c27821691261afe84a9c26901e0aea8481173";
    private const string CompleteHash = "0c9482e043bfd078d4d7c02f6619079d0a7bfbfe0377796fabc97666b2df0a31";
    private const string PixelsHash = "0ee89f12e41fb031f06c2618fd1b1fff2c2299944b4eb25b97270d5314690d5f";

    [Fact]
    public void Weights_are_those_of_this_version()
    {
        FixedTraining.Run(FixedTraining.Small, threads: 1).Should().Be(SmallHash);
        FixedTraining.Run(FixedTraining.Large, threads: 1).Should().Be(LargeHash);
        FixedTraining.Run(FixedTraining.Pixels, threads: 1).Should().Be(PixelsHash);
        CompleteTraining.Run(threads: 1).Should().Be(CompleteHash);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(0)]
    public void Any_number_of_threads_gives_the_same_weights(int threads)
    {
        FixedTraining.Run(FixedTraining.Small, threads).Should().Be(SmallHash);
        FixedTraining.Run(FixedTraining.Large, threads).Should().Be(LargeHash);
        FixedTraining.Run(FixedTraining.Pixels, threads).Should().Be(PixelsHash);
        CompleteTraining.Run(threads).Should().Be(CompleteHash);
    }

    [Fact]
    public void Twice_gives_the_same_weights() =>
        FixedTraining.Run(FixedTraining.Large, threads: 2).Should().Be(FixedTraining.Run(FixedTraining.Large, threads: 2));

    [Theory]
    [InlineData(FixedTraining.Small, SmallHash)]
    [InlineData(FixedTraining.Large, LargeHash)]
    [InlineData(FixedTraining.Pixels, PixelsHash)]
    public void Attached_and_separate_activations_are_one_code_path(string size, string hash) =>
        FixedTraining.Run(size, threads: 2, separateActivations: true).Should().Be(hash);

    [Theory]
    [InlineData(FixedTraining.Small, SmallHash)]
    [InlineData(FixedTraining.Large, LargeHash)]
    [InlineData(FixedTraining.Pixels, PixelsHash)]
    public void Categorical_and_sparse_losses_train_to_the_same_weights(string size, string hash)
    {
        Sequential model = FixedTraining.Model(size);
        using Trainer<float> trainer = model.Compile(new Adam(), new CategoricalCrossEntropy(), new Accuracy());
        trainer.Fit(FixedTraining.Data(size).ToOneHot(FixedTraining.Classes), FixedTraining.Options<float>(size, threads: 2));
        FixedTraining.Hash(model).Should().Be(hash);
    }

    [Fact]
    public void What_is_reported_does_not_depend_on_threads_either()
    {
        Dataset<int> data = FixedTraining.Data(FixedTraining.Large);
        string[] reports = new[] { 1, 2, 5 }.Select(threads =>
        {
            using Trainer<int> trainer = FixedTraining.Model(FixedTraining.Large)
                .Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());
            TrainingHistory history = trainer.Fit(data,
                FixedTraining.Options<int>(FixedTraining.Large, threads) with { Validation = Split.Stratified(0.2) });
            return string.Join("; ", history.Epochs.Select(e =>
                $"{e.Training.Loss:R} {e.Training.Accuracy:R} {e.Validation!.Loss:R} {e.Validation.Accuracy:R}"));
        }).ToArray();
        reports.Should().AllBe(reports[0]);
    }

    [Fact]
    public void Steps_by_hand_are_the_steps_of_a_fit()
    {
        Dataset<int> data = FixedTraining.Data(FixedTraining.Small);
        Sequential fitted = FixedTraining.Model(FixedTraining.Small);
        using Trainer<int> fit = fitted.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        fit.Fit(data, new() { Epochs = 2, BatchSize = 64, Shuffle = false });

        Sequential stepped = FixedTraining.Model(FixedTraining.Small);
        using Trainer<int> steps = stepped.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        for (int epoch = 0; epoch < 2; epoch++)
        {
            for (int first = 0; first < data.Count; first += 64)
            {
                int[] rows = Enumerable.Range(first, Math.Min(64, data.Count - first)).ToArray();
                float[] input = new float[rows.Length * data.InputShape.Size];
                int[] labels = new int[rows.Length];
                data.Features.Gather(rows, input);
                data.Targets.Gather(rows, labels);
                steps.TrainStep(input, labels);
            }
        }

        Weights.Hash(stepped).Should().Be(Weights.Hash(fitted));
    }

    [Fact]
    public void Two_fits_in_a_row_are_one_long_fit()
    {
        Sequential model = FixedTraining.Model(FixedTraining.Small);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());
        trainer.Fit(FixedTraining.Data(FixedTraining.Small), FixedTraining.Options<int>(FixedTraining.Small, 1) with { Epochs = 1 });
        trainer.Fit(FixedTraining.Data(FixedTraining.Small), FixedTraining.Options<int>(FixedTraining.Small, 1) with { Epochs = 2 });
        Weights.Hash(model).Should().Be(SmallHash);
        trainer.EpochCount.Should().Be(3);
    }

    [Fact]
    public void Another_seed_gives_other_weights()
    {
        Sequential model = new([6, 6], [new Flatten(), new Dense(24, new ReLU()), new Dense(10)], seed: 1);
        Sequential other = new([6, 6], [new Flatten(), new Dense(24, new ReLU()), new Dense(10)], seed: 2);
        Weights.Hash(model).Should().NotBe(Weights.Hash(other));
    }

    public static TheoryData<string, string, VectorPath> Switches => new()
    {
        { "NEURALCORE_ISA", "512", VectorPath.Vector512 },
        { "NEURALCORE_ISA", "256", VectorPath.Vector256 },
        { "NEURALCORE_ISA", "128", VectorPath.Vector128 },
        { "NEURALCORE_ISA", "scalar", VectorPath.Scalar },
        { "DOTNET_EnableAVX512", "0", VectorPath.Vector256 },
        // Takes FMA along, without which there is no vector path on x86.
        { "DOTNET_EnableAVX2", "0", VectorPath.Scalar },
        { "DOTNET_EnableHWIntrinsic", "0", VectorPath.Scalar },
        { "DOTNET_PreferredVectorBitWidth", "256", VectorPath.Vector256 },
        { "DOTNET_TieredCompilation", "0", InstructionSet.Current },
        { "DOTNET_TieredPGO", "0", InstructionSet.Current },
        { "DOTNET_TC_QuickJit", "0", InstructionSet.Current },
        { "DOTNET_ReadyToRun", "0", InstructionSet.Current },
    };

    [SkippableTheory]
    [MemberData(nameof(Switches))]
    public void Every_path_and_every_compilation_gives_the_same_weights(string variable, string value, VectorPath path)
    {
        Skip.IfNot(InstructionSet.IsSupported(path), $"This processor has no {path}.");

        JsonElement small = ChildProcess.Run("train small 2", (variable, value));
        small.GetProperty("path").GetString().Should().Be(path.ToString());
        small.GetProperty("hash").GetString().Should().Be(SmallHash);
        ChildProcess.Run("train complete 2", (variable, value)).GetProperty("hash").GetString().Should().Be(CompleteHash);
        // One element at a time with a fused multiply-add in software takes too long for more.
        if (path == VectorPath.Scalar)
            return;
        JsonElement large = ChildProcess.Run("train large 2", (variable, value));
        large.GetProperty("hash").GetString().Should().Be(LargeHash);
        JsonElement pixels = ChildProcess.Run("train pixels 2", (variable, value));
        pixels.GetProperty("hash").GetString().Should().Be(PixelsHash);
    }

    [Theory]
    [InlineData("7", "*NEURALCORE_ISA is \"7\"; it takes 512, 256, 128 or scalar*")]
    [InlineData("avx", "*NEURALCORE_ISA is \"avx\"*")]
    public void An_unknown_path_is_an_error(string value, string message)
    {
        (int exitCode, _, string error) = ChildProcess.Start("train small 1", ("NEURALCORE_ISA", value));
        exitCode.Should().Be(1);
        error.Should().Match(message);
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512", "512")]
    [InlineData("DOTNET_EnableAVX2", "256")]
    [InlineData("DOTNET_EnableHWIntrinsic", "128")]
    public void A_path_that_is_not_there_is_an_error(string switchedOff, string forced)
    {
        (int exitCode, _, string error) = ChildProcess.Start("train small 1", ("NEURALCORE_ISA", forced), (switchedOff, "0"));
        exitCode.Should().Be(1);
        error.Should().Match($"*NEURALCORE_ISA is \"{forced}\", which this processor*does not offer. The widest path here is *");
    }
}
