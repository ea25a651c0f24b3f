namespace NeuralCore.Initializers;

/// <summary>What <see cref="VarianceScaling"/> draws from.</summary>
public enum ScaledDistribution
{
    /// <summary>Normal, truncated at two standard deviations, then scaled so that what is left has the stated deviation.</summary>
    TruncatedNormal,

    /// <summary>Normal.</summary>
    Normal,

    /// <summary>Uniform about 0.</summary>
    Uniform,
}
