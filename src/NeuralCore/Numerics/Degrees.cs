namespace NeuralCore.Numerics;

/// <summary>Sine and cosine of angles in degrees, from IEEE operations only.</summary>
/// <remarks>
/// Whole quarter turns are taken off exactly, before the angle becomes radians. The polynomials on [-pi/4, pi/4] are those of
/// <see cref="Elementary.Cos"/>.
/// </remarks>
internal static class Degrees
{
    private const double Radians = 1.7453292519943295769e-2;

    /// <summary>Sine and cosine with an absolute error below 2^-51.</summary>
    /// <param name="degrees">The angle; finite.</param>
    internal static (double Sin, double Cos) SinCos(double degrees)
    {
        double quarter = Math.Round(degrees / 90);
        double x = (degrees - 90 * quarter) * Radians;
        double z = x * x;
        double sine = Math.FusedMultiplyAdd(z * x, Math.FusedMultiplyAdd(Elementary.SinTail(z), z, Elementary.SinCubeFactor), x);
        double cosine = Math.FusedMultiplyAdd(z * z, Elementary.CosTail(z), Math.FusedMultiplyAdd(z, -0.5, 1));
        return ((long)quarter & 3) switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }
}
