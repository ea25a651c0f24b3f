using System.Globalization;

namespace NeuralCore.Samples.Mnist.Reporting;

/// <summary>Formats a report's numbers, the same in every format and culture.</summary>
internal static class ReportFormat
{
    internal const string None = "-";

    /// <summary>A loss or an accuracy: four decimals, or two from ten upwards.</summary>
    internal static string Value(double value) => value.ToString(Math.Abs(value) < 10 ? "F4" : "F2", CultureInfo.InvariantCulture);

    internal static string Value(double? value) => value is { } number ? Value(number) : None;

    internal static string Change(double value) => value.ToString(
        Math.Abs(value) < 10 ? "+0.0000;-0.0000;0.0000" : "+0.00;-0.00;0.00", CultureInfo.InvariantCulture);

    /// <summary>A fraction as a percentage, with its sign.</summary>
    internal static string Percent(double value) => (100 * value).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture) + " %";

    /// <summary>A difference of accuracy in points (hundredths).</summary>
    internal static string Points(double value) => (100 * value).ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);

    internal static string Points(Interval? interval) => interval is { } i ? $"{Points(i.Low)} to {Points(i.High)}" : None;

    internal static string Range(Interval? interval) => interval is { } i ? $"{Value(i.Low)} to {Value(i.High)}" : None;

    /// <summary>A probability: three decimals, or <c>&lt; 0.001</c>.</summary>
    internal static string Probability(double? p) =>
        p is not { } value ? None : value < 0.001 ? "< 0.001" : value.ToString("F3", CultureInfo.InvariantCulture);

    /// <summary>The detectable difference in points, or that there are too few seeds to find one.</summary>
    internal static string Detectable(Comparison comparison) =>
        comparison.HasTooFewSeeds ? "too few seeds"
        : comparison.Detectable is { } detectable ? (100 * detectable).ToString("F3", CultureInfo.InvariantCulture)
        : None;

    internal static string Text(Verdict verdict) => verdict switch
    {
        Verdict.Better => "better",
        Verdict.Worse => "worse",
        Verdict.Equivalent => "equivalent",
        Verdict.NoEvidence => "no evidence",
        _ => "not tested",
    };
}
