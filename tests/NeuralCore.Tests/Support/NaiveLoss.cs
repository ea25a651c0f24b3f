namespace NeuralCore.Tests.Support;

/// <summary>
/// Cross-entropy of one row in double precision; targets are one-hot or soft rows, whichever way the library is given them.
/// </summary>
internal static class NaiveLoss
{
    private const double Clip = 1e-7;

    /// <summary><c>-Σ t log max(p / Σp, 1e-7)</c>, as Keras, and its gradient with respect to p.</summary>
    internal static (double Loss, double[] Gradient) Probabilities(double[] p, double[] t)
    {
        double sum = p.Sum();
        double loss = 0;
        double shared = 0;
        double[] gradient = new double[p.Length];
        for (int k = 0; k < p.Length; k++)
        {
            if (t[k] == 0)
                continue;
            loss -= t[k] * Math.Log(Math.Max(p[k] / sum, Clip));
            if (p[k] / sum > Clip)
            {
                shared += t[k] / sum;
                gradient[k] = -t[k] / p[k];
            }
        }
        return (loss, Array.ConvertAll(gradient, value => value + shared));
    }

    /// <summary><c>Σ t (log Σ exp x - x)</c> and its gradient with respect to x.</summary>
    internal static (double Loss, double[] Gradient) Logits(double[] x, double[] t)
    {
        double largest = x.Max();
        double sum = x.Sum(value => Math.Exp(value - largest));
        double logSum = Math.Log(sum) + largest;
        double targets = t.Sum();
        double loss = 0;
        for (int k = 0; k < x.Length; k++)
            loss += t[k] == 0 ? 0 : t[k] * (logSum - x[k]);
        return (loss, x.Select((value, k) => Math.Exp(value - logSum) * targets - t[k]).ToArray());
    }
}
