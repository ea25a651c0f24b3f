namespace NeuralCore.Randomness;

/// <summary>
/// What a <see cref="RandomStream"/> of the library is for. The numbers are part of the reproducibility promise: they never change.
/// Layers of your own derive their streams from a name instead, so that they cannot meet these.
/// </summary>
public enum RandomPurpose
{
    /// <summary>The order of the samples in an epoch.</summary>
    Shuffle = 3,

    /// <summary>Which samples are held out for validation.</summary>
    Split = 4,

    /// <summary>Random directions and points of checks, never of training.</summary>
    Diagnostics = 6,
}
