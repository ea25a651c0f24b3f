namespace NeuralCore.Diagnostics;

/// <summary>Something whose gradients are checked: tensors that can be changed, outputs that follow from them, and the gradients that it claims.</summary>
internal abstract class GradientSubject
{
    /// <summary>The tensors that are varied.</summary>
    internal required IReadOnlyList<VariedTensor> Tensors { get; init; }

    /// <summary>How much each output counts in the projection whose gradient is checked.</summary>
    internal abstract ReadOnlySpan<double> Weights { get; }

    /// <summary>Computes the outputs from the tensors' current values, in one block of rows.</summary>
    internal abstract void Evaluate(Span<double> outputs);

    /// <summary>Computes what each tensor's gradient is claimed to be, into <see cref="VariedTensor.Claimed"/>.</summary>
    internal abstract void ClaimGradients();

    /// <summary>Runs several splits of the rows and of the parameters; says what differs, or null.</summary>
    internal abstract string? FindSplitDifference();

    /// <summary>Names the first position at which two results differ in a bit.</summary>
    protected static string? FirstDifference(string what, ReadOnlySpan<float> whole, ReadOnlySpan<float> split)
    {
        for (int i = 0; i < whole.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(whole[i]) != BitConverter.SingleToInt32Bits(split[i]))
            {
                return FormattableString.Invariant(
                    $"{what}[{i}] is {whole[i]:G9} with all rows in one block and {split[i]:G9} in another split. A row's result must not depend on the rows beside it or on where a slice starts.");
            }
        }
        return null;
    }
}

/// <summary>A tensor that a check varies.</summary>
/// <param name="name">What it is.</param>
/// <param name="values">Its values, which are changed in place and put back.</param>
internal sealed class VariedTensor(string name, Memory<float> values)
{
    internal string Name { get; } = name;

    internal Memory<float> Values { get; } = values;

    internal float[] Claimed { get; } = new float[values.Length];
}
