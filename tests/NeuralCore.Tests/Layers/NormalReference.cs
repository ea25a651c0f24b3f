namespace NeuralCore.Tests.Layers;

/// <summary>The normal distribution in double precision, from its series and its continued fraction.</summary>
internal static class NormalReference
{
    internal static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>The probability below x, to about 12 digits also where it is tiny.</summary>
    internal static double Cdf(double x)
    {
        if (double.IsNaN(x))
            return x;
        double tail = Math.Abs(x) < 3 ? 0.5 - Density(x) * Series(Math.Abs(x)) : Density(x) / Fraction(Math.Abs(x));
        return x > 0 ? 1 - tail : tail;
    }

    // x + x^3/3 + x^5/(3 5) + ...
    private static double Series(double x)
    {
        double term = x;
        double sum = x;
        for (int k = 3; term > 1e-18 * sum; k += 2)
            sum += term *= x * x / k;
        return sum;
    }

    // x + 1/(x + 2/(x + 3/(x + ...)))
    private static double Fraction(double x)
    {
        double value = x;
        for (int k = 100; k > 0; k--)
            value = x + k / value;
        return value;
    }
}
