using System.Globalization;

namespace NeuralCore.Diagnostics;

/// <summary>
/// The subject of a gradient check: tensors that are varied, outputs computed from them, and the gradients that it claims.
/// </summary>
internal abstract class GradientSubject
{
    /// <summary>The tensors that are varied.</summary>
    internal required IReadOnlyList<VariedTensor> Tensors { get; init; }

    /// <summary>The weight of each output in the projection whose gradient is checked.</summary>
    internal abstract ReadOnlySpan<double> Weights { get; }

    /// <summary>Computes the outputs from the tensors' current values, in one block of rows.</summary>
    internal abstract void Evaluate(Span<double> outputs);

    /// <summary>Computes the claimed gradient of each tensor, into <see cref="VariedTensor.Claimed"/>.</summary>
    internal abstract void ClaimGradients();

    /// <summary>Runs several splits of the rows and of the parameters; returns a description of the first difference, or null.</summary>
    internal abstract string? FindSplitDifference();

    /// <summary>Describes the first position at which the bits of two results differ; null if none do.</summary>
    protected static string? FirstDifference(string what, ReadOnlySpan<float> whole, ReadOnlySpan<float> split)
    {
        for (int i = 0; i < whole.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(whole[i]) != BitConverter.SingleToInt32Bits(split[i]))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what}[{i}] is {whole[i]:G9} with all rows in one block and {split[i]:G9} in another split. "
                    + $"A row's result must not depend on the rows beside it or on where a slice starts.");
            }
        }
        return null;
    }
}

/// <summary>A tensor that a check varies.</summary>
/// <param name="name">What it is.</param>
/// <param name="values">Its values, which are changed in place and restored.</param>
internal sealed class VariedTensor(string name, Memory<float> values)
{
    internal string Name { get; } = name;

    internal Memory<float> Values { get; } = values;

    /// <summary>Whether it is the input of a layer or a model.</summary>
    internal bool IsInput { get; init; }

    internal float[] Claimed { get; } = new float[values.Length];
}
