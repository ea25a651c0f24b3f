namespace NeuralCore.Diagnostics;

/// <summary>Options of a gradient check. All have defaults.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>How many rows of random normal input a layer check makes; at least 2, so that rows can be split.</summary>
    public int Rows { get; init; } = 5;

    /// <summary>
    /// The input of a layer check, [rows, input size], for layers that random normal values do not suit; null for random.
    /// </summary>
    public float[]? Input { get; init; }

    /// <summary>
    /// Whether the gradient with respect to the input is checked; false for inputs that cannot be varied, such as category indices.
    /// Missing values (NaN) are left out.
    /// </summary>
    public bool ChecksInput { get; init; } = true;

    /// <summary>The seed of input, parameters, projection and dropout masks.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>How much analytic and numeric derivative may differ, relative to the larger one.</summary>
    public double RelativeTolerance { get; init; } = 2e-3;

    /// <summary>
    /// How much more they may differ, relative to the root mean square of the tensor's gradient, because of rounding in the forward pass.
    /// A difference too small to move outputs that are floats is no error either.
    /// </summary>
    public double AbsoluteTolerance { get; init; } = 1e-4;

    /// <summary>
    /// The largest number of elements of one tensor that are checked; from a larger tensor, that many are drawn at random.
    /// </summary>
    public int ElementsPerTensor { get; init; } = 4096;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Rows, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(ElementsPerTensor, 1);
        if (!(RelativeTolerance > 0 && RelativeTolerance < 1))
            throw new ArgumentOutOfRangeException(
                nameof(RelativeTolerance), RelativeTolerance, "A relative tolerance must be between 0 and 1.");
        if (!(AbsoluteTolerance >= 0 && AbsoluteTolerance < 1))
            throw new ArgumentOutOfRangeException(
                nameof(AbsoluteTolerance), AbsoluteTolerance, "An absolute tolerance must be at least 0 and below 1.");
    }
}
