using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;

namespace NeuralCore.Tests.Support;

public class PromisesTests
{
    [Fact]
    public void They_hold_for_the_layers_of_the_start() => new Promises<int>
    {
        Model = () => new Sequential([12], [new Dense(9, new ReLU()), new Dropout(0.2), new Dense(4, new Softmax())], seed: 3),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseCategoricalCrossEntropy(),
        Data = TestData.Classes(70, [12], 4),
        Metrics = [new Accuracy()],
    }.ShouldHold();
}
