using System.Globalization;

namespace NeuralCore.Tabular;

/// <summary>Numbers of single precision in a table of numbers of double precision.</summary>
internal static class Digits
{
    /// <summary>The number with the same digits, so that 0.1f is written as 0.1.</summary>
    internal static double Widen(float value) =>
        double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
