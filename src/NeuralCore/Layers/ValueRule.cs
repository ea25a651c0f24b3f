namespace NeuralCore.Layers;

/// <summary>What the values of a statistic satisfy, so that a file with other values is refused.</summary>
/// <param name="Expected">The rule in words: <c>variances of at least 0</c>.</param>
/// <param name="IndexOfInvalid">The index of the first value that breaks it; -1 for none. The values are finite.</param>
internal sealed record ValueRule(string Expected, ValueRule.Find IndexOfInvalid)
{
    /// <summary>Looks for a value that breaks a rule.</summary>
    internal delegate int Find(ReadOnlySpan<float> values);

    /// <summary>No value is negative.</summary>
    internal static ValueRule NotNegative { get; } = new("values of at least 0", values => FirstBelow(values, 0));

    /// <summary>All values are above 0.</summary>
    internal static ValueRule Positive { get; } = new("values above 0", values => FirstBelow(values, float.Epsilon));

    private static int FirstBelow(ReadOnlySpan<float> values, float least)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= least))
                return i;
        }
        return -1;
    }
}
