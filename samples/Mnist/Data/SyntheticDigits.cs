using NeuralCore.Randomness;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Data;

/// <summary>
/// Digits that the sample draws itself when MNIST is not available: strokes with random points, size, position, slant, thickness, ink and
/// noise. The bytes are the same on every machine: only exact IEEE operations are used, and each image has its own random stream.
/// </summary>
internal static class SyntheticDigits
{
    internal const int TrainingCount = 20_000;
    internal const int TestCount = 4_000;

    private const ulong Seed = 1;
    private const int Side = Experiment.ImageSide;

    /// <summary>The training and test images; no image is in both.</summary>
    internal static MnistImages Draw(int trainingCount = TrainingCount, int testCount = TestCount) => new(
        DrawSet(0, trainingCount),
        DrawSet(trainingCount, testCount),
        new DataOrigin(
            DataOrigin.Synthetic, FormattableString.Invariant($"synthetic digits drawn by the sample ({trainingCount} + {testCount})")));

    private static LabelledImages DrawSet(int first, int count)
    {
        byte[] pixels = new byte[count * Side * Side];
        int[] labels = new int[count];
        Parallel.For(0, count, i => labels[i] = Draw(first + i, pixels.AsSpan(i * Side * Side, Side * Side)));
        return new LabelledImages(pixels, labels);
    }

    private static int Draw(int ordinal, Span<byte> image)
    {
        Draws random = new(RandomStream.Derive(Seed, "synthetic digit", ordinal));
        int digit = random.Below(Experiment.Classes);
        float[][][] ways = DigitStrokes.Ways[digit];
        float[][] strokes = ways[random.Below(ways.Length)];

        // Most values are near the middle of what people write, few near the limits.
        float width = 12 + 5 * random.Spread();
        float height = 18 + 3.5f * random.Spread();
        float slant = 0.15f + 0.5f * random.Spread();
        float tilt = 0.35f * random.Spread();
        float left = Side / 2f + 3.5f * random.Spread();
        float top = Side / 2f + 3.5f * random.Spread();
        float radius = 1.25f + 0.65f * random.Spread();
        float ink = 215 + 40 * random.Spread();

        Span<float> distances = stackalloc float[Side * Side];
        distances.Fill(float.PositiveInfinity);
        foreach (float[] stroke in strokes)
        {
            float[] points = new float[stroke.Length];
            for (int i = 0; i < stroke.Length; i += 2)
            {
                if (i > 0 && stroke[i] == stroke[i - 2] && stroke[i + 1] == stroke[i - 1])
                {
                    // A repeated point stays repeated, so that a corner stays a corner.
                    (points[i], points[i + 1]) = (points[i - 2], points[i - 1]);
                    continue;
                }
                float x = (stroke[i] - 0.5f + 0.13f * random.Spread()) * width;
                float y = (stroke[i + 1] - 0.5f + 0.11f * random.Spread()) * height;
                points[i] = left + x - slant * y;
                points[i + 1] = top + y + tilt * x;
            }
            Curve.Trace(points, radius + 1, distances);
        }
        for (int pixel = 0; pixel < distances.Length; pixel++)
        {
            float coverage = Math.Clamp(radius + 0.5f - MathF.Sqrt(distances[pixel]), 0, 1);
            float noise = coverage > 0 ? 25 * random.Spread() : 0;
            image[pixel] = (byte)Math.Clamp(coverage * (ink + noise), 0, 255);
        }
        return digit;
    }

    /// <summary>Draws the numbers of one stream in order.</summary>
    private struct Draws(RandomStream stream)
    {
        private ulong _next;

        internal int Below(int bound) => (int)(stream.UniformAt(_next++) * bound);

        /// <summary>From -1 to 1 with a triangular density: the sum of two uniform numbers, minus 1.</summary>
        internal float Spread() => stream.UniformAt(_next++) + stream.UniformAt(_next++) - 1;
    }
}
