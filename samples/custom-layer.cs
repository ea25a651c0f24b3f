#:project ../src/NeuralCore/NeuralCore.csproj
#:property PublishAot=false
// An activation of one's own, checked and trained: dotnet run samples/custom-layer.cs
using System.Numerics.Tensors;
using NeuralCore;
using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Training;

GradientCheck.Layer(new Square(), [4]).ThrowIfFailed();

Sequential model = new([2], [new Dense(8, new Square()), new Dense(2, new Softmax())], seed: 1);
using Trainer<int> trainer = model.Compile(new Adam(0.05f), new SparseCategoricalCrossEntropy(), new Accuracy());
trainer.Fit(Dataset.From([0f, 0, 0, 1, 1, 0, 1, 1], [2], labels: [0, 1, 1, 0]), new() { Epochs = 100 });
Console.WriteLine(trainer.Evaluate(Dataset.From([0f, 0, 1, 0], [2], labels: [0, 1])));

/// <summary>y = x².</summary>
internal sealed class Square(string? name = null) : Activation(name)
{
    protected override Shape Build(Shape input, LayerBuilder builder)
    {
        builder.BackwardReads = BackwardReads.Input;
        return input;
    }

    protected override void Forward(in ForwardPass pass) => TensorPrimitives.Multiply(pass.Input, pass.Input, pass.Output);

    protected override void Backward(in BackwardPass pass)
    {
        TensorPrimitives.Multiply(pass.Input, pass.OutputGradient, pass.InputGradient);
        TensorPrimitives.Multiply(pass.InputGradient, 2, pass.InputGradient);
    }

    protected override LayerDescription Describe() => new("Square");
}
