using System.Globalization;

namespace NeuralCore.Training;

/// <summary>Numbers as the log prints them, in the invariant culture.</summary>
internal static class LogNumber
{
    private const double SmallestFixed = 1e-3;
    private const double LargestFixed = 1e5;

    /// <summary>A loss, a metric or a rate: four decimals, or an exponent where these would show too little or too much.</summary>
    internal static string Of(double value)
    {
        double magnitude = Math.Abs(value);
        bool isFixed = value == 0 || (magnitude >= SmallestFixed && magnitude < LargestFixed) || !double.IsFinite(value);
        return value.ToString(isFixed ? "F4" : "0.000e+00", CultureInfo.InvariantCulture);
    }

    /// <summary>A learning rate, with as many digits as it has.</summary>
    internal static string Rate(float value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>A count: <c>112,953</c>.</summary>
    internal static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A duration: <c>0.53 s</c>, <c>12.3 s</c>, <c>2:05 min</c>, <c>1:02:05 h</c>.</summary>
    internal static string Duration(TimeSpan value) => value.TotalSeconds switch
    {
        < 10 => value.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture) + " s",
        < 60 => value.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) + " s",
        < 3600 => value.ToString(@"m\:ss", CultureInfo.InvariantCulture) + " min",
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)value.TotalHours}:{value:mm\\:ss} h"),
    };
}
