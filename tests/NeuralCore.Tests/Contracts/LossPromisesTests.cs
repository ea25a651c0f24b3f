using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Contracts;

/// <summary>Every loss trains to the same bits on any number of threads and through a checkpoint, with weights too.</summary>
public class LossPromisesTests
{
    private const int Rows = 70;

    private static readonly Dictionary<string, (Loss<float> Loss, Activation? Last, float[] Targets)> Floats = new()
    {
        ["squared error"] = (new MeanSquaredError(), null, TestData.Normals(3 * Rows)),
        ["absolute error"] = (new MeanAbsoluteError(), null, TestData.Normals(3 * Rows)),
        ["Huber"] = (new Huber(0.5f), null, TestData.Normals(3 * Rows)),
        ["log-cosh"] = (new LogCosh(), null, TestData.Normals(3 * Rows)),
        ["quantiles"] = (new Quantile(0.1f, 0.5f, 0.9f), null, TestData.Normals(Rows)),
        ["binary"] = (new BinaryCrossEntropy(), new Sigmoid(), TestData.SoftRows(Rows, 3)),
        ["binary of logits"] = (new BinaryCrossEntropy(true), null, TestData.SoftRows(Rows, 3)),
        ["Poisson"] = (new Poisson(), new Softplus(), Array.ConvertAll(TestData.Normals(3 * Rows), MathF.Exp)),
        ["Poisson of logarithms"] = (new Poisson(true), null, Array.ConvertAll(TestData.Normals(3 * Rows), MathF.Exp)),
        ["divergence"] = (new KLDivergence(), new Softmax(), TestData.SoftRows(Rows, 3)),
        ["smoothed"] = (new CategoricalCrossEntropy(labelSmoothing: 0.1f), new Softmax(), TestData.SoftRows(Rows, 3)),
    };

    public static TheoryData<string> Names => new(Floats.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void They_hold_for_every_loss(string name)
    {
        (Loss<float> loss, Activation? last, float[] targets) = Floats[name];
        new Promises<float>
        {
            Model = () => Model(3, last),
            Optimizer = () => new Adam(0.01f),
            Loss = loss,
            Data = Dataset.From(TestData.Normals(12 * Rows), [12], targets, targets.Length / Rows).WithWeights(SampleWeights()),
        }.ShouldHold();
    }

    [Fact]
    public void They_hold_for_two_classes_with_class_weights() => new Promises<int>
    {
        Model = () => Model(1, new Sigmoid()),
        Optimizer = () => new Adam(0.01f),
        Loss = new SparseBinaryCrossEntropy(),
        Data = TestData.Classes(Rows, [12], 2).WithWeights(SampleWeights()),
        Options = () => new() { Epochs = 3, BatchSize = 16, ClassWeights = [0.5f, 2] },
    }.ShouldHold();

    private static Sequential Model(int outputs, Activation? last) => new(
        [12],
        [new Dense(9, new ReLU()), new Dropout(0.2), new Dense(outputs, (Activation?)last?.CloneUnbound())],
        seed: 3);

    private static float[] SampleWeights() => Array.ConvertAll(TestData.Normals(Rows, 11), value => value < -1 ? 0 : MathF.Abs(value));
}
