using System.Globalization;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Numbers as text, the same in every culture.</summary>
internal static class Numbers
{
    internal static string Plain<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    internal static string Grouped(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Four decimals; large losses with fewer, so that no column of 8 characters overflows.</summary>
    internal static string Fixed(double value) => value.ToString(
        Math.Abs(value) switch { < 1_000 => "F4", < 100_000 => "F2", _ => "0.00e+0" }, CultureInfo.InvariantCulture);

    /// <summary><c>12 s</c>, <c>1:05</c> in minutes, <c>2.1 h</c>.</summary>
    internal static string Duration(TimeSpan time)
    {
        if (time.TotalSeconds > 3599)
            return string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:F1} h");
        int seconds = (int)Math.Ceiling(time.TotalSeconds);
        return seconds < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds} s")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}");
    }
}
