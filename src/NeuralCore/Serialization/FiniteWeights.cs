using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Serialization;

/// <summary>Finds weights that are NaN or infinite, which are neither saved nor loaded.</summary>
internal static class FiniteWeights
{
    /// <summary>The index of the first value that is NaN or infinite; -1 for none.</summary>
    internal static int IndexOfAnyNonFinite(this Span<float> values) => IndexOfAnyNonFinite((ReadOnlySpan<float>)values);

    /// <inheritdoc cref="IndexOfAnyNonFinite(Span{float})"/>
    internal static int IndexOfAnyNonFinite(this ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                return i;
        }
        return -1;
    }

    /// <summary>Throws if a weight of a model is NaN or infinite.</summary>
    /// <param name="model">The model.</param>
    /// <param name="advice">What to do then, as a sentence.</param>
    /// <exception cref="InvalidOperationException">A weight is not finite.</exception>
    internal static void Require(Sequential model, string advice)
    {
        foreach (Parameter parameter in model.Parameters)
        {
            int index = parameter.Values.IndexOfAnyNonFinite();
            if (index >= 0)
                throw new InvalidOperationException(
                    FormattableString.Invariant($"{parameter.FullName} contains {parameter.Values[index]} at index {index}. {advice}"));
        }
    }
}
