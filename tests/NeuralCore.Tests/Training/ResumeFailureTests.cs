using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>A resumed fit that cannot begin, whoever is to blame, leaves the trainer as it was.</summary>
public class ResumeFailureTests
{
    [Theory]
    [InlineData("load", typeof(ArgumentException))]
    [InlineData("load", typeof(TimeZoneNotFoundException))]
    [InlineData("begin", typeof(IOException))]
    [InlineData("begin", typeof(ArgumentException))]
    public void A_callback_that_fails_as_the_fit_begins_changes_nothing(string where, Type error)
    {
        using Trainer<int> first = Fits.CancelAfter(11, options: Options(new Picky()));
        Checkpoint checkpoint = Fits.ThroughDisk(first.CreateCheckpoint());
        using Trainer<int> trainer = Fits.CancelAfter(4);
        trainer.LearningRate = 0.125f;
        byte[] before = Bytes(trainer);

        Picky picky = new() { Where = where, Error = (Exception)Activator.CreateInstance(error, "picky")! };
        Action fit = () => trainer.Fit(TestModels.Data(), Options(picky) with { ResumeFrom = checkpoint });

        fit.Should().Throw<Exception>().Which.Should().BeSameAs(picky.Error);
        Bytes(trainer).Should().Equal(before, "weights, slots, counts, rate and the fit before are as they were");
        picky.SeenStep.Should().Be(11, "the callback sees the trainer as it would go on");

        picky.Where = "";
        fit.Should().NotThrow();
    }

    [Fact]
    public void A_model_of_which_nothing_is_left_goes_on_from_a_checkpoint()
    {
        (uint[] weights, _, _) = Fits.Whole();
        using Trainer<int> trainer = Fits.CancelAfter(11);
        Checkpoint checkpoint = Fits.ThroughDisk(trainer.CreateCheckpoint());
        trainer.Model.Parameters[0].Values.Fill(float.NaN);

        trainer.Fit(TestModels.Data(), Fits.Options() with { ResumeFrom = checkpoint });

        TestModels.Bits(trainer.Model).Should().Equal(weights);
    }

    [Fact]
    public void A_half_updated_model_stays_one_when_the_fit_cannot_be_resumed()
    {
        FitOptions<int> options = Options(new Picky());
        using Trainer<int> first = Fits.CancelAfter(11, new Sgd(0.1f), options);
        Checkpoint checkpoint = first.CreateCheckpoint();
        using Trainer<int> trainer = Fits.Compile(TestModels.Small(), new Sgd(0.1f));
        trainer.Model.Parameters[0].Values[0] = float.NaN;
        trainer.Invoking(t => t.Fit(TestModels.Data(), Fits.Options())).Should().Throw<NonFiniteException>();
        Picky picky = new() { Where = "load", Error = new ArgumentException() };

        trainer.Invoking(t => t.Fit(TestModels.Data(), Options(picky) with { ResumeFrom = checkpoint }))
            .Should().Throw<ArgumentException>();

        trainer.Model.Parameters[0].Values[0].Should().Be(float.NaN);
        trainer.Invoking(t => t.CreateCheckpoint()).Should().Throw<InvalidOperationException>();
    }

    private static FitOptions<int> Options(Picky picky) => Fits.Options(2) with { Callbacks = [new EarlyStopping(100), picky] };

    private static byte[] Bytes(Trainer<int> trainer)
    {
        using TemporaryFolder folder = new();
        trainer.CreateCheckpoint().Save(folder.File("c"));
        return File.ReadAllBytes(folder.File("c"));
    }

    private sealed class Picky : Callback
    {
        internal string Where { get; set; } = "";

        internal Exception? Error { get; init; }

        internal long SeenStep { get; private set; }

        public override void OnFitBegin(FitContext context)
        {
            SeenStep = context.Trainer.StepCount;
            if (Where == "begin")
                throw Error!;
        }

        public override void SaveState(CallbackState state) => state.Set("number", 1.0);

        public override void LoadState(CallbackState state)
        {
            if (Where == "load")
                throw Error!;
        }
    }
}
