using System.Globalization;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Numbers as text, the same in every culture.</summary>
internal static class Numbers
{
    internal static string Plain<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    internal static string Grouped(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Four decimals; large losses in scientific notation, so that no column overflows.</summary>
    internal static string Fixed(double value) => value.ToString(Math.Abs(value) < 100_000 ? "F4" : "E2", CultureInfo.InvariantCulture);

    /// <summary><c>12 s</c>, <c>1:05</c>, <c>2:01:05</c>.</summary>
    internal static string Duration(TimeSpan time)
    {
        long seconds = (long)Math.Ceiling(time.TotalSeconds);
        return seconds < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds} s")
            : seconds < 3600
                ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}")
                : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }
}
