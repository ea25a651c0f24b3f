namespace NeuralCore.Numerics;

/// <summary>Sine and cosine of angles in degrees, from IEEE operations only.</summary>
/// <remarks>
/// Whole quarter turns are taken off exactly, before the angle becomes radians. The polynomials on [-pi/4, pi/4] are FDLIBM's
/// <c>k_sin.c</c> and <c>k_cos.c</c> (Sun Microsystems, 1993).
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
        double sine = Sine(x, z);
        double cosine = Cosine(z);
        return ((long)quarter & 3) switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }

    private static double Sine(double x, double z)
    {
        double r = 1.58969099521155010221e-10;
        r = Math.FusedMultiplyAdd(r, z, -2.50507602534068634195e-08);
        r = Math.FusedMultiplyAdd(r, z, 2.75573137070700676789e-06);
        r = Math.FusedMultiplyAdd(r, z, -1.98412698298579493134e-04);
        r = Math.FusedMultiplyAdd(r, z, 8.33333333332248946124e-03);
        r = Math.FusedMultiplyAdd(r, z, -1.66666666666666324348e-01);
        return Math.FusedMultiplyAdd(z * x, r, x);
    }

    private static double Cosine(double z)
    {
        double r = -1.13596475577881948265e-11;
        r = Math.FusedMultiplyAdd(r, z, 2.08757232129817482790e-09);
        r = Math.FusedMultiplyAdd(r, z, -2.75573143513906633035e-07);
        r = Math.FusedMultiplyAdd(r, z, 2.48015872894767294178e-05);
        r = Math.FusedMultiplyAdd(r, z, -1.38888888888741095749e-03);
        r = Math.FusedMultiplyAdd(r, z, 4.16666666666666019037e-02);
        return Math.FusedMultiplyAdd(z * z, r, Math.FusedMultiplyAdd(z, -0.5, 1));
    }
}
