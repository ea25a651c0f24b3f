using System.Text.RegularExpressions;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>
/// The numbers of a checkpoint are not believed: those that do not fit together are refused when the file is read, the others when the fit
/// is resumed.
/// </summary>
public partial class CheckpointNumberTests
{
    public static TheoryData<string> Changes => new(Reading.Keys);

    public static TheoryData<string> ChangesOfCallbacks => new(Callbacks.Keys);

    [Theory]
    [MemberData(nameof(Changes))]
    public void Numbers_that_do_not_fit_together_are_refused_when_the_file_is_read(string what)
    {
        using TemporaryFolder folder = new();
        CheckpointDraft draft = Draft();
        Reading[what](draft);
        draft.Finish().Save(folder.File("c"));

        Action load = () => Checkpoint.Load(folder.File("c"));

        load.Should().Throw<InvalidDataException>().WithMessage($"{folder.File("c")}, offset *: expected *, found *");
    }

    [Fact]
    public void An_unchanged_draft_is_read()
    {
        Checkpoint checkpoint = Fits.ThroughDisk(Draft().Finish());

        (checkpoint.Step, checkpoint.Epoch, checkpoint.Batch).Should().Be((11, 1, 3));
    }

    [Fact]
    public void A_checkpoint_from_before_the_first_step_is_read()
    {
        CheckpointDraft draft = Draft();
        (draft.Step, draft.Epoch, draft.LearningRate) = (0, 0, 0);
        (draft.Batch, draft.Samples, draft.EpochHasBegun, draft.Ticks) = (0, 0, false, 0);
        (draft.Sums, draft.History, draft.Rates) = (new double[draft.Sums.Length], [], []);

        Checkpoint checkpoint = Fits.ThroughDisk(draft.Finish());

        (checkpoint.Step, checkpoint.Epoch, checkpoint.LearningRate).Should().Be((0, 0, 0f));
        checkpoint.Fit!.History.Should().BeEmpty();
    }

    [Fact]
    public void The_largest_counts_are_read()
    {
        CheckpointDraft draft = Draft();
        (draft.Step, draft.Epoch, draft.History, draft.Rates) = (1L << 62, 1 << 30, [], []);
        draft.Ticks = TimeSpan.FromDays(36525).Ticks;

        Checkpoint checkpoint = Fits.ThroughDisk(draft.Finish());

        (checkpoint.Step, checkpoint.Epoch, checkpoint.Fit!.Duration.Days).Should().Be((1L << 62, 1 << 30, 36525));
    }

    [Theory]
    [InlineData("1e39")]
    [InlineData("-0.001")]
    public void A_learning_rate_that_is_none_is_refused(string rate)
    {
        byte[] file = HostileFiles.Checkpoint();
        file = HostileFiles.Rewrite(file, "\\\"learningRate\\\":0.01", "\\\"learningRate\\\":" + rate);
        HostileFiles.Forge(file).Should().BeTrue();

        HostileFiles.ShouldBeRefused(file, HostileFiles.LoadCheckpoint);
    }

    [Theory]
    [InlineData(3, 71)]
    [InlineData(3, 3)]
    [InlineData(2, 47)]
    [InlineData(8, 192)]
    [InlineData(9, 180)]
    [InlineData(9, 200)]
    public void A_position_that_the_data_does_not_have_is_refused_when_the_fit_is_resumed(int batch, int samples)
    {
        // 180 rows are trained on, in 8 batches of 24; the last has 12.
        CheckpointDraft draft = Draft();
        (draft.Step, draft.Batch, draft.Samples) = (30, batch, samples);

        ShouldRefuse(Fits.ThroughDisk(draft.Finish()), Fits.Options()).WithMessage("*batches with*samples*");
    }

    [Fact]
    public void A_position_behind_the_last_batch_is_one()
    {
        CheckpointDraft draft = Draft();
        (draft.Step, draft.Batch, draft.Samples) = (16, 8, 180);
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());

        trainer.Fit(TestModels.Data(), Fits.Options(2) with { ResumeFrom = Fits.ThroughDisk(draft.Finish()) }).Epochs.Should().HaveCount(2);

        trainer.StepCount.Should().Be(16);
    }

    [Theory]
    [MemberData(nameof(ChangesOfCallbacks))]
    public void A_callback_s_state_that_does_not_fit_is_refused_and_nothing_has_changed(string what)
    {
        CheckpointDraft draft = Draft();
        Callbacks[what](draft);

        ShouldRefuse(Fits.ThroughDisk(draft.Finish()), Fits.Options());
    }

    [Theory]
    [InlineData("weight")]
    [InlineData("shape")]
    [InlineData("slot")]
    public void Arrays_of_another_name_or_shape_are_refused_and_nothing_has_changed(string what)
    {
        CheckpointDraft draft = Draft();
        SavedArray first = draft.Weights[0];
        if (what == "weight")
            draft.Weights[0] = first with { Name = "zero.kernel" };
        else if (what == "shape")
            draft.Weights[0] = first with { Shape = [first.Values.Length] };
        else
            draft.Slots[1] = new("other", draft.Slots[1].Value);

        ShouldRefuse(Fits.ThroughDisk(draft.Finish()), Fits.Options())
            .WithMessage(what == "slot" ? "*the state of another optimizer than Adam*" : "*other weights than the model*");
    }

    [Theory]
    [InlineData(256)]
    [InlineData(257)]
    public void A_checkpoint_has_room_for_256_callbacks(int count)
    {
        Callback[] callbacks = [.. Enumerable.Range(0, count).Select(_ => new Counting())];
        using Trainer<int> cancelled = Fits.CancelAfter(3, options: Fits.Options() with { Callbacks = callbacks });
        Checkpoint checkpoint = cancelled.CreateCheckpoint();

        if (count <= 256)
            Fits.ThroughDisk(checkpoint).Fit!.Callbacks.Should().HaveCount(count);
        else
            checkpoint.Invoking(Fits.ThroughDisk).Should().Throw<ArgumentException>()
                .WithMessage("*callbacks*a checkpoint stores at most*");
    }

    [Fact]
    public void A_history_that_ends_within_an_epoch_is_refused()
    {
        // The history begins eight bytes earlier, where the last sum was: 9 figures, and 6 in a row without a metric.
        byte[] file = HostileFiles.Rewrite(HostileFiles.Checkpoint(), header => SumsAndHistory().Replace(header, match =>
        {
            int boundary = int.Parse(match.Groups[2].Value) - 8;
            return $"{match.Groups[1].Value}{boundary}]}},{match.Groups[3].Value}[9],\"data_offsets\":[{boundary},";
        }).Replace("\"state/sums\":{\"dtype\":\"F64\",\"shape\":[2]", "\"state/sums\":{\"dtype\":\"F64\",\"shape\":[1]"));
        HostileFiles.Forge(file).Should().BeTrue();

        HostileFiles.ShouldBeRefused(file, HostileFiles.LoadCheckpoint).Should().Contain("a history of 9 figures in rows of 6");
    }

    [GeneratedRegex(
        """("state/sums":\{"dtype":"F64","shape":\[2\],"data_offsets":\[\d+,)(\d+)\]\},"""
        + """("state/history":\{"dtype":"F64","shape":)\[1,8\],"data_offsets":\[\d+,""")]
    private static partial Regex SumsAndHistory();

    private sealed class Counting : Callback
    {
        public override void SaveState(CallbackState state) => state.Set("count", 1);
    }

    [Fact]
    public void The_state_of_a_callback_that_keeps_no_weights_holds_none()
    {
        FitOptions<int> options = Fits.Options() with { Callbacks = [new EarlyStopping(100, restoreBestWeights: false)] };
        using Trainer<int> cancelled = Fits.CancelAfter(11, options: options);
        CheckpointDraft draft = new(cancelled.CreateCheckpoint());
        draft.Callback.Set("bestWeights", new float[12 * 7 + 7 + 7 * 3 + 3]);

        ShouldRefuse(Fits.ThroughDisk(draft.Finish()), options);
    }

    private static FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> ShouldRefuse(
        Checkpoint checkpoint, FitOptions<int> options)
    {
        using Trainer<int> trainer = Fits.CancelAfter(5);
        byte[] before = Bytes(trainer);

        var thrown = trainer.Invoking(t => t.Fit(TestModels.Data(), options with { ResumeFrom = checkpoint }))
            .Should().Throw<ArgumentException>();

        Bytes(trainer).Should().Equal(before, "nothing has changed");
        return thrown;
    }

    private static byte[] Bytes(Trainer<int> trainer)
    {
        using TemporaryFolder folder = new();
        trainer.CreateCheckpoint().Save(folder.File("c"));
        return File.ReadAllBytes(folder.File("c"));
    }

    private static CheckpointDraft Draft()
    {
        using Trainer<int> cancelled = Fits.CancelAfter(11);
        return new CheckpointDraft(cancelled.CreateCheckpoint());
    }

    private static Dictionary<string, Action<CheckpointDraft>> Reading { get; } = new()
    {
        ["steps below 0"] = draft => draft.Step = -1,
        ["the last step there is"] = draft => draft.Step = long.MaxValue,
        ["epochs below 0"] = draft => (draft.Epoch, draft.History, draft.Rates) = (-1, [], []),
        ["the last epoch there is"] = draft => (draft.Step, draft.Epoch, draft.History, draft.Rates) =
            (1L << 40, int.MaxValue, [], []),
        ["fewer steps than epochs and batches"] = draft => draft.Step = 3,
        ["a rate below 0"] = draft => draft.LearningRate = -0.1f,
        ["batches below 0"] = draft => (draft.Batch, draft.Samples) = (-3, 72),
        ["samples below 0"] = draft => draft.Samples = -1,
        ["batches without samples"] = draft => draft.Samples = 0,
        ["samples without batches"] = draft => draft.Batch = 0,
        ["fewer samples than batches"] = draft => draft.Samples = 2,
        ["more samples than the batches hold"] = draft => draft.Samples = 73,
        ["the most samples there are"] = draft => draft.Samples = int.MaxValue,
        ["an epoch that has not begun"] = draft => draft.EpochHasBegun = false,
        ["sums before the first batch"] = draft => (draft.Batch, draft.Samples) = (0, 0),
        ["no sums"] = draft => draft.Sums = [],
        ["one sum more"] = draft => draft.Sums = [.. draft.Sums, 0],
        ["a sum that is no number"] = draft => draft.Sums[0] = double.NaN,
        ["an infinite sum"] = draft => draft.Sums[0] = double.PositiveInfinity,
        ["a duration below 0"] = draft => draft.Ticks = -1,
        ["the longest duration there is"] = draft => draft.Ticks = long.MaxValue,
        ["an epoch twice"] = draft => draft.History = [.. draft.History, .. draft.History],
        ["a history that ends early"] = draft => draft.Epoch = 2,
        ["a history that ends late"] = draft => draft.Epoch = 0,
        ["an epoch that is no number"] = draft => draft.History[0] = double.NaN,
        ["half an epoch"] = draft => draft.History[0] = 1.5,
        ["half a tick"] = draft => draft.History[1] = 1.5,
        ["ticks below 0"] = draft => draft.History[1] = -1,
        ["more ticks than there are"] = draft => draft.History[1] = 1e300,
        ["infinite samples a second"] = draft => draft.History[2] = double.PositiveInfinity,
        ["a learning rate of the past below 0"] = draft => draft.Rates[0] = -1,
        ["a learning rate of the past that is no number"] = draft => draft.Rates[0] = double.NaN,
        ["a learning rate too many"] = draft => draft.Rates = [.. draft.Rates, 0.1],
        ["half a validation"] = draft => draft.History[3] = 0.5,
        ["a weight that is no number"] = draft => draft.Weights[1].Values[2] = float.NaN,
        ["an infinite weight"] = draft => draft.Weights[0].Values[0] = float.NegativeInfinity,
        ["a slot too short"] = draft => draft.Slots[1] = new(draft.Slots[1].Key, new float[5]),
        ["a slot too long"] = draft => draft.Slots[0] = new(draft.Slots[0].Key, new float[1000]),
    };

    private static Dictionary<string, Action<CheckpointDraft>> Callbacks { get; } = new()
    {
        ["best weights of another length"] = draft => draft.Callback.Set("bestWeights", new float[5]),
        ["best weights one too long"] = draft => draft.Callback.Set("bestWeights", [.. draft.Callback.GetArray("bestWeights"), 0f]),
        ["a best weight that is no number"] = draft =>
            draft.Callback.Set("bestWeights", Enumerable.Repeat(float.NaN, draft.Callback.GetArray("bestWeights").Length).ToArray()),
        ["best weights of no epoch"] = draft => { draft.Callback.Set("bestEpoch", 0.0); draft.Callback.Set("bestValue", double.NaN); },
        ["a best epoch to come"] = draft => draft.Callback.Set("bestEpoch", 2.0),
        ["a best epoch below 0"] = draft => draft.Callback.Set("bestEpoch", -1.0),
        ["half a best epoch"] = draft => draft.Callback.Set("bestEpoch", 0.5),
        ["a best epoch that is no number"] = draft => draft.Callback.Set("bestEpoch", double.NaN),
        ["a best value that is no number"] = draft => draft.Callback.Set("bestValue", double.NaN),
        ["more waiting than epochs"] = draft => draft.Callback.Set("wait", 1e300),
        ["waiting below 0"] = draft => draft.Callback.Set("wait", -1.0),
        ["a number that is a text"] = draft => draft.Callback.Set("wait", "long"),
        ["no best weights"] = draft => draft.Callback = Without("bestWeights", draft.Callback),
        ["a number missing"] = draft => draft.Callback = Without("wait", draft.Callback),
    };

    private static CallbackState Without(string name, CallbackState state)
    {
        CallbackState copy = new();
        foreach ((string key, string value) in state.Values.Where(value => value.Key != name))
            copy.Set(key, value);
        foreach ((string key, float[] values) in state.Arrays.Where(array => array.Key != name))
            copy.Set(key, values);
        return copy;
    }
}
