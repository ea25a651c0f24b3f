using System.Globalization;

namespace NeuralCore.Metrics;

/// <summary>
/// Numbers with a fixed count of digits after the point, rounded as Python and C print them: exactly, a tie to the even digit.
/// </summary>
internal static class FixedDigits
{
    internal static string Print(double value, int digits)
    {
        // A tie after d digits is a multiple of 1 / 2^(d+1), and then has at most d + 1 digits. .NET rounds it away from zero.
        double scaled = value * (1L << (digits + 1));
        if (scaled == Math.Floor(scaled) && Math.Abs(value) <= 1)
            value = (double)Math.Round((decimal)value, digits, MidpointRounding.ToEven);
        return value.ToString(string.Create(CultureInfo.InvariantCulture, $"F{digits}"), CultureInfo.InvariantCulture);
    }
}
