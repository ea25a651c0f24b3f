#:project ../src/NeuralCore/NeuralCore.csproj
#:property PublishAot=false
// Learns the exclusive or of two bits, which no single layer can: dotnet run samples/xor.cs
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Training;

float[] inputs = [0, 0, 0, 1, 1, 0, 1, 1];
Sequential model = new([2], [new Dense(8, new Tanh()), new Dense(2, new Softmax())], seed: 1);
using Trainer<int> trainer = model.Compile(new Adam(0.05f), new SparseCategoricalCrossEntropy());
trainer.Fit(Dataset.From(inputs, [2], labels: [0, 1, 1, 0]), new() { Epochs = 200 });

float[] probabilities = model.Predict(inputs);
for (int row = 0; row < 4; row++)
    Console.WriteLine(FormattableString.Invariant($"{inputs[2 * row]} xor {inputs[2 * row + 1]}: {probabilities[2 * row + 1]:F3}"));
