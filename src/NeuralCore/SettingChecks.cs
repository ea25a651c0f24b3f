using System.Runtime.CompilerServices;

namespace NeuralCore;

/// <summary>Checks of settings.</summary>
internal static class SettingChecks
{
    /// <summary>The value, if its enum has it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not.</exception>
    internal static TEnum Defined<TEnum>(TEnum value, string what, [CallerArgumentExpression(nameof(value))] string? argument = null)
        where TEnum : struct, Enum => Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(argument, value, $"{what} must be one of {string.Join(", ", Enum.GetNames<TEnum>())}.");

    /// <summary>The value, if it is finite in single precision.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    internal static double Finite(double value, string what, [CallerArgumentExpression(nameof(value))] string? argument = null) =>
        float.IsFinite((float)value) ? value : throw new ArgumentOutOfRangeException(argument, value, $"{what} must be finite.");

    /// <summary>The value, if it is finite in single precision and at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    internal static double FiniteAndNotNegative(
        double value, string what, [CallerArgumentExpression(nameof(value))] string? argument = null) =>
        value >= 0 && float.IsFinite((float)value)
            ? value
            : throw new ArgumentOutOfRangeException(argument, value, $"{what} must be finite and at least 0.");

    /// <summary>The value, if it is finite and above 0 in single precision.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    internal static double FiniteAndPositive(
        double value, string what, [CallerArgumentExpression(nameof(value))] string? argument = null) =>
        (float)value > 0 && float.IsFinite((float)value)
            ? value
            : throw new ArgumentOutOfRangeException(argument, value, $"{what} must be finite and above 0.");
}
