using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Tests.Serialization;

internal static class TestModels
{
    internal static Sequential Small(long seed = 5) => new([4, 3],
    [
        new Flatten(),
        new Dense(7, new ReLU()),
        new Dropout(0.25),
        new Dense(3, new Softmax(), name: "head"),
    ], seed, "small");

    /// <summary>Samples [4, 3] of three classes that a small network learns slowly.</summary>
    internal static Dataset<int> Data(int count = 200, int salt = 0)
    {
        float[] features = new float[count * 12];
        int[] labels = new int[count];
        uint state = 12345u + (uint)salt;
        for (int row = 0; row < count; row++)
        {
            labels[row] = row % 3;
            for (int i = 0; i < 12; i++)
            {
                state = state * 1664525u + 1013904223u;
                features[row * 12 + i] = (state >> 8) / 16777216f + (i % 3 == labels[row] ? 0.3f : 0f);
            }
        }
        return Dataset.From(features, [4, 3], labels);
    }

    internal static uint[] Bits(Sequential model) =>
        model.Parameters.SelectMany(parameter => parameter.Values.ToArray()).Select(BitConverter.SingleToUInt32Bits).ToArray();
}
