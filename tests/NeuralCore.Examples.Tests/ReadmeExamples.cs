using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Optimizers;
using NeuralCore.Training;

namespace NeuralCore.Examples.Tests;

/// <summary>The code blocks of README.md, in its order. A test compares them with the file.</summary>
public class ReadmeExamples
{
    [Fact]
    public void First_program()
    {
        // example
        double[][] inputs = [[0, 0], [0, 1], [1, 0], [1, 1]];
        int[] labels = [0, 1, 1, 0];

        var model = new Sequential([2], [new Dense(8, new Tanh()), new Dense(2, new Softmax())], seed: 1);
        using var trainer = model.Compile(new Adam(0.05), new SparseCategoricalCrossEntropy(), new Accuracy());
        TrainingHistory history = trainer.Fit(Dataset.From(inputs, labels), new() { Epochs = 100, Log = Console.Out });

        Console.WriteLine(string.Join(" ", model.PredictClasses(inputs)));
        // end

        history.Epochs[^1].Training.Accuracy.Should().Be(1);
        model.PredictClasses(inputs).Should().Equal(labels);
    }

    [Fact]
    public void Quick_start()
    {
        using MiniatureMnist files = new();

        // example
        Dataset<int> train = IdxReader.ReadDataset("mnist/train-images-idx3-ubyte.gz", "mnist/train-labels-idx1-ubyte.gz");
        Dataset<int> test = IdxReader.ReadDataset("mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz");

        var model = new Sequential([28, 28],
        [
            new Flatten(),
            new Dense(128, new ReLU()),
            new Dense(128, new ReLU()),
            new Dropout(0.25),
            new Dense(10, new Softmax()),
        ], seed: 1);

        using var trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy(), new Accuracy());
        TrainingHistory history = trainer.Fit(train, new() { Epochs = 20, BatchSize = 512 });
        Console.WriteLine(trainer.Evaluate(test));
        // end

        history.Epochs.Should().HaveCount(20);
        trainer.Evaluate(test).Accuracy.Should().BeGreaterThan(0.9);
    }

    [Fact]
    public void Validation_and_one_hot()
    {
        Dataset<int> train = TwoClasses(100);
        var model = new Sequential([2], [new Dense(8, new ReLU()), new Dense(10, new Softmax())]);

        // example
        using var trainer = model.Compile(new Sgd(0.01, momentum: 0.9), new CategoricalCrossEntropy(), new Accuracy());
        TrainingHistory history = trainer.Fit(train.ToOneHot(10), new()
        {
            Epochs = 5,
            BatchSize = 64,
            Validation = Split.Stratified(0.1),
        });
        foreach (EpochResult epoch in history.Epochs)
            Console.WriteLine($"{epoch.Epoch}: {epoch.Training.Loss:F4} {epoch.Validation!.Accuracy:P1}");
        // end

        history.Epochs.Should().HaveCount(5);
    }

    [Fact]
    public void Prediction()
    {
        var model = new Sequential([28, 28], [new Flatten(), new Dense(10, new Softmax())]);
        float[] image = new float[784];

        // example
        Span<float> probabilities = stackalloc float[10];
        model.Predict(image, probabilities);
        int digit = OneHot.ArgMax(probabilities);
        // end

        digit.Should().BeInRange(0, 9);
        probabilities.ToArray().Sum().Should().BeApproximately(1, 1e-6f);
    }

    [Fact]
    public void Gradient_check()
    {
        // example
        Console.WriteLine(GradientCheck.Layer(new Dense(5, new ReLU()), [8]).ThrowIfFailed());
        // end
    }

    [Fact]
    public void Matrix_product()
    {
        float[] a = [1, 2, 3, 4, 5, 6];
        float[] b = [1, 0, 0, 1, 1, 1];
        float[] c = new float[4];

        // example
        MatrixPrimitives.Multiply(a, b, c, m: 2, n: 2, k: 3);
        MatrixPrimitives.Multiply(a, b, c, m: 2, n: 2, k: 3, transposeB: true, threads: 2);
        // end

        // b read as [2, 3]: rows (1, 0, 0) and (1, 1, 1).
        c.Should().Equal(1, 6, 4, 15);
    }

    private static Dataset<int> TwoClasses(int count)
    {
        float[] features = new float[count * 2];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % 2;
            features[2 * i + i % 2] = 1;
        }
        return Dataset.From(features, [2], labels);
    }
}
