namespace NeuralCore.Diagnostics;

/// <summary>How a gradient check goes about it. All have defaults.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>How many rows of random normal input a layer check makes; at least 2, so that rows can be split.</summary>
    public int Rows { get; init; } = 5;

    /// <summary>The input of a layer check, [rows, input size], where random normal values would not do; null for random.</summary>
    public float[]? Input { get; init; }

    /// <summary>Decides input, parameters, projection and dropout masks.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>How far analytic and numeric derivative may differ, as a share of the larger.</summary>
    public double RelativeTolerance { get; init; } = 2e-3;

    /// <summary>How far they may differ besides, as a share of the root mean square of the tensor's gradient: what rounding in the forward pass can explain.</summary>
    public double AbsoluteTolerance { get; init; } = 1e-4;

    /// <summary>The largest number of elements of one tensor that are checked; of a larger tensor, so many are drawn at random.</summary>
    public int ElementsPerTensor { get; init; } = 4096;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Rows, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(ElementsPerTensor, 1);
        if (!(RelativeTolerance > 0 && RelativeTolerance < 1))
            throw new ArgumentOutOfRangeException(nameof(RelativeTolerance), RelativeTolerance, "A relative tolerance lies between 0 and 1.");
        if (!(AbsoluteTolerance >= 0 && AbsoluteTolerance < 1))
            throw new ArgumentOutOfRangeException(nameof(AbsoluteTolerance), AbsoluteTolerance, "An absolute tolerance is at least 0 and below 1.");
    }
}
