#:project ../src/NeuralCore/NeuralCore.csproj
#:property PublishAot=false
// Fits a sine from noisy samples: dotnet run samples/regression.cs
using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Training;

Random random = new(1);
float[] x = Enumerable.Range(0, 512).Select(_ => 6 * random.NextSingle() - 3).ToArray();
float[] y = x.Select(value => MathF.Sin(value) + 0.1f * (random.NextSingle() - 0.5f)).ToArray();

Sequential model = new([1], [new Dense(32, new Tanh()), new Dense(32, new Tanh()), new Dense(1)], seed: 1);
using Trainer<float> trainer = model.Compile(new Adam(0.01f), new MeanSquaredError());
TrainingHistory history = trainer.Fit(Dataset.From(x, [1], y, targetWidth: 1), new() { Epochs = 100 });

Console.WriteLine(FormattableString.Invariant($"mean squared error: {history.Epochs[^1].Training.Loss:F4}"));
foreach (float point in new[] { -2f, -1, 0, 1, 2 })
    Console.WriteLine(FormattableString.Invariant($"sin({point}) = {MathF.Sin(point):F3}, predicted {model.Predict([point])[0]:F3}"));
