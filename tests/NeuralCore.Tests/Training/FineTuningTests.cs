using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>Layers of a loaded model are frozen and unfrozen.</summary>
public class FineTuningTests
{
    [Fact]
    public void A_frozen_layer_of_a_loaded_model_keeps_its_weights_and_the_others_train()
    {
        Sequential model = Loaded();
        model.Layers[1].Trainable = false;
        (float[] frozen, float[] head) = (Values(model.Layers[1]), Values(model.Layers[3]));
        model.Parameters.Where(p => p.IsTrainable).Select(p => p.FullName).Should().Equal("head.kernel", "head.bias");

        using (Trainer<int> trainer = Compile(model))
            trainer.Fit(TestModels.Data(), new() { Epochs = 2 });
        Values(model.Layers[1]).Should().Equal(frozen);
        Values(model.Layers[3]).Should().NotEqual(head);

        model.Layers[1].Trainable = true;
        using (Trainer<int> trainer = Compile(model))
            trainer.Fit(TestModels.Data(), new() { Epochs = 1 });
        Values(model.Layers[1]).Should().NotEqual(frozen);
    }

    [Fact]
    public void It_trains_to_the_bits_of_a_model_that_was_built_frozen()
    {
        Sequential late = TestModels.Small();
        late.Layers[1].Trainable = false;
        Sequential early = new([4, 3], [new Flatten(), new Dense(7, new ReLU()) { Trainable = false }, new Dropout(0.25),
            new Dense(3, new Softmax(), name: "head")], seed: 5, "small");
        foreach (Sequential model in new[] { late, early })
        {
            using Trainer<int> trainer = Compile(model);
            trainer.Fit(TestModels.Data(), new() { Epochs = 2 });
        }
        TestModels.Bits(late).Should().Equal(TestModels.Bits(early));
    }

    [Fact]
    public void The_setting_is_saved_and_copied()
    {
        Sequential model = Loaded();
        model.Layers[3].Trainable = false;
        using TemporaryFolder folder = new();
        model.Save(folder.File("m"));
        Sequential.Load(folder.File("m")).Layers.Select(layer => layer.Trainable).Should().Equal(true, true, true, false);
        model.Clone().Layers[3].Trainable.Should().BeFalse();
        model.Clone().Layers[3].Parameters.Should().OnlyContain(p => !p.IsTrainable);
    }

    [Fact]
    public void A_trainer_compiled_before_throws_until_the_old_value_is_back()
    {
        Sequential model = Loaded();
        using Trainer<int> trainer = Compile(model);
        Checkpoint checkpoint = trainer.CreateCheckpoint();
        model.Layers[1].Trainable = false;
        foreach (Action use in new Action[]
        {
            () => trainer.Fit(TestModels.Data()),
            () => trainer.TrainStep(new float[12], [0]),
            () => trainer.CreateCheckpoint(),
            () => trainer.Restore(checkpoint),
        })
        {
            use.Should().Throw<InvalidOperationException>().WithMessage(
                "dense: Trainable was True when the model was compiled and is False now. Compile the model again to train it that way.");
        }
        trainer.Evaluate(TestModels.Data());
        model.Layers[1].Trainable = true;
        trainer.Fit(TestModels.Data());
    }

    private static Sequential Loaded()
    {
        using TemporaryFolder folder = new();
        TestModels.Small().Save(folder.File("m"));
        return Sequential.Load(folder.File("m"));
    }

    private static Trainer<int> Compile(Sequential model) => model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());

    private static float[] Values(Layer layer) => layer.Parameters.SelectMany(p => p.Values.ToArray()).ToArray();
}
