using NeuralCore.Data;
using NeuralCore.Randomness;

namespace NeuralCore.Tests.Support;

/// <summary>Made-up data that is the same on every machine.</summary>
internal static class TestData
{
    internal static float[] Normals(int count, ulong seed = 7)
    {
        RandomStream stream = RandomStream.Derive(seed, "test.normals");
        return Enumerable.Range(0, count).Select(i => stream.NormalAt((ulong)i)).ToArray();
    }

    internal static int[] Labels(int rows, int classes, ulong seed = 7)
    {
        RandomStream stream = RandomStream.Derive(seed, "test.labels");
        return Enumerable.Range(0, rows).Select(i => (int)(stream.UInt32At((ulong)i) % (uint)classes)).ToArray();
    }

    internal static float[] OneHotRows(int[] labels, int classes) => OneHot.Encode(labels, classes);

    /// <summary>Rows of target probabilities that are not one-hot.</summary>
    internal static float[] SoftRows(int rows, int classes, ulong seed = 7)
    {
        float[] values = new float[rows * classes];
        RandomStream stream = RandomStream.Derive(seed, "test.soft");
        for (int row = 0; row < rows; row++)
        {
            Span<float> target = values.AsSpan(row * classes, classes);
            for (int k = 0; k < classes; k++)
                target[k] = stream.UniformAt((ulong)(row * classes + k));
            float sum = 0;
            foreach (float value in target)
                sum += value;
            foreach (ref float value in target)
                value /= sum;
        }
        return values;
    }

    internal static Dataset<int> Classes(int rows, Shape shape, int classes, ulong seed = 7) =>
        Dataset.From(Normals(rows * shape.Size, seed), shape, Labels(rows, classes, seed));

    internal static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);
}
