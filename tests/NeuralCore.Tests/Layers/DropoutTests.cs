using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Layers;

public class DropoutTests
{
    [Fact]
    public void It_needs_no_memory_of_its_own_behind_a_dense_layer()
    {
        Sequential model = new([6], [new Dense(8), new Dropout(0.5), new Dense(3, new Softmax())], seed: 4);
        ExecutionPlan plan = ExecutionPlan.ForTraining(model.ExpandedLayers, 6, fusesLast: true);

        plan.Activations[2].Should().BeSameAs(plan.Activations[1]);
        plan.Activations[1].Should().NotBeSameAs(plan.Activations[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rate_of_zero_trains_as_if_the_layer_were_not_there(bool behindReLU)
    {
        float[] input = TestData.Normals(9 * 6);
        int[] targets = TestData.Labels(9, 3);
        var with = LibraryGradients.Of(Network(new Dropout(0)), new SparseCategoricalCrossEntropy(), input, targets);
        var without = LibraryGradients.Of(Network(), new SparseCategoricalCrossEntropy(), input, targets);

        with.Loss.Should().Be(without.Loss);
        foreach ((string name, float[] gradient) in without.Gradients)
            with.Gradients[name].Should().Equal(gradient, name);

        Sequential Network(params Layer[] between) =>
            new([6], [behindReLU ? new Dense(8, new ReLU()) : new Dense(8), .. between, new Dense(3, new Softmax())], seed: 4);
    }
}
