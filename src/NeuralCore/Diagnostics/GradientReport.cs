using System.Globalization;
using System.Text;

namespace NeuralCore.Diagnostics;

/// <summary>One element's analytic and numeric derivative.</summary>
/// <param name="Tensor">The tensor it belongs to: <c>input</c>, <c>predictions</c>, or a parameter's full name.</param>
/// <param name="Index">Its row-major index there.</param>
/// <param name="Analytic">What the code under check computed.</param>
/// <param name="Numeric">What finite differences of the forward pass gave.</param>
/// <param name="Error">The difference relative to the tolerance; above 1 fails.</param>
public readonly record struct GradientElement(string Tensor, int Index, double Analytic, double Numeric, double Error)
{
    /// <summary>The element in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Tensor}[{Index}]: analytic {Analytic:G7}, numeric {Numeric:G7}, {Error:G3} times the tolerance");
}

/// <summary>The result of a gradient check.</summary>
public sealed class GradientReport
{
    // With a larger share of elements at kinks, too few elements have been checked.
    private const double LargestKinkShare = 0.1;

    private readonly string? _splitDifference;
    private readonly double _relativeTolerance;

    internal GradientReport(
        string subject, IReadOnlyList<GradientElement> worstByTensor, int elements, int kinks, string? splitDifference,
        GradientCheckOptions options)
    {
        Subject = subject;
        WorstByTensor = worstByTensor;
        CheckedElements = elements;
        Kinks = kinks;
        _splitDifference = splitDifference;
        _relativeTolerance = options.RelativeTolerance;
    }

    /// <summary>What was checked.</summary>
    public string Subject { get; }

    /// <summary>Whether all gradients agree, all splits give the same bits, and few elements were at kinks.</summary>
    public bool Passed => _splitDifference is null && !IsInconclusive && WorstByTensor.All(element => element.Error <= 1);

    /// <summary>The element whose derivatives disagree most; null if the check ended before comparing any.</summary>
    public GradientElement? Worst => WorstByTensor.Count == 0
        ? null
        : WorstByTensor.MaxBy(element => double.IsNaN(element.Error) ? double.PositiveInfinity : element.Error);

    /// <summary>The worst element of each tensor.</summary>
    public IReadOnlyList<GradientElement> WorstByTensor { get; }

    /// <summary>How many elements were compared.</summary>
    public int CheckedElements { get; }

    /// <summary>
    /// How many elements were excluded because they are at a kink, or too close to one to be checked in single precision.
    /// </summary>
    public int Kinks { get; }

    /// <summary>Throws if the check failed.</summary>
    /// <returns>This report.</returns>
    /// <exception cref="GradientCheckException">The check failed; the message is this report.</exception>
    public GradientReport ThrowIfFailed() => Passed ? this : throw new GradientCheckException(ToString());

    /// <summary>The outcome, with the worst element of each tensor.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"Gradient check of {Subject}: {(Passed ? "passed" : "FAILED")}");
        if (_splitDifference is not null)
            return text.Append(": ").Append(_splitDifference).ToString();
        text.Append(CultureInfo.InvariantCulture, $", {CheckedElements} elements, {Kinks} at kinks, tolerance {_relativeTolerance:P1}");
        if (IsInconclusive)
            text.Append(". Too many elements lie at kinks to tell; check with another seed or input");
        foreach (GradientElement element in WorstByTensor.OrderByDescending(element => element.Error))
            text.AppendLine().Append(element.Error <= 1 ? "  ok    " : "  WRONG ").Append(element);
        return text.ToString();
    }

    private bool IsInconclusive => Kinks > LargestKinkShare * (CheckedElements + Kinks);
}
