namespace NeuralCore.Randomness;

/// <summary>The 64-bit key of a Philox 4x32-10 generator: each key names an independent sequence of 2^130 random words.</summary>
/// <param name="Low">The first key word.</param>
/// <param name="High">The second key word.</param>
internal readonly record struct PhiloxKey(uint Low, uint High);
