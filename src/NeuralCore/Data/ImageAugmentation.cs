namespace NeuralCore.Data;

/// <summary>How images vary in training: random shifts, rotations, scales and elastic deformations. All are off by default.</summary>
public sealed record ImageAugmentation
{
    /// <summary>The largest shift along each axis, in pixels; drawn uniformly from both directions.</summary>
    public float Shift { get; init; }

    /// <summary>The largest rotation about the image's center, in degrees; drawn uniformly from both directions.</summary>
    public float Rotation { get; init; }

    /// <summary>The largest change of size: 0.1 draws a factor uniformly from 0.9 to 1.1; below 1.</summary>
    public float Scale { get; init; }

    /// <summary>
    /// The strength of elastic deformations, in pixels: each pixel moves by a random field from -1 to 1, smoothed by a Gaussian of
    /// <see cref="ElasticSigma"/> and multiplied by this. Simard et al. 2003 use 34 with a sigma of 4 for MNIST.
    /// </summary>
    public float ElasticAlpha { get; init; }

    /// <summary>The standard deviation of the Gaussian that smooths elastic deformations, in pixels; from 0.1 to 64.</summary>
    public float ElasticSigma { get; init; } = 4;

    /// <summary>The settings, for messages and checkpoints.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"shift {Shift}, rotation {Rotation}, scale {Scale}, elastic {ElasticAlpha} of {ElasticSigma}");

    internal void Check()
    {
        CheckRange(nameof(Shift), Shift, 0, 1 << 16);
        CheckRange(nameof(Rotation), Rotation, 0, 180);
        CheckRange(nameof(Scale), Scale, 0, 0.99f);
        CheckRange(nameof(ElasticAlpha), ElasticAlpha, 0, 1 << 16);
        CheckRange(nameof(ElasticSigma), ElasticSigma, 0.1f, 64);
    }

    private static void CheckRange(string name, float value, float lowest, float highest)
    {
        if (!(value >= lowest && value <= highest))
        {
            throw new ArgumentOutOfRangeException(
                name, value, FormattableString.Invariant($"Expected a number from {lowest} to {highest}, got {value}."));
        }
    }
}
