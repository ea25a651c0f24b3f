namespace NeuralCore.Tests.Support;

/// <summary>Losses of one row in double precision and their gradients, by the formulas as books write them.</summary>
internal static class NaiveRowLoss
{
    internal delegate (double Loss, double[] Gradient) Row(double[] y, double[] t);

    internal static Row SquaredError => Mean((y, t) => ((y - t) * (y - t), 2 * (y - t)));

    internal static Row AbsoluteError => Mean((y, t) => (Math.Abs(y - t), Math.Sign(y - t)));

    internal static Row Huber(double delta) => Mean((y, t) => Math.Abs(y - t) <= delta
        ? (0.5 * (y - t) * (y - t), y - t)
        : (delta * Math.Abs(y - t) - 0.5 * delta * delta, delta * Math.Sign(y - t)));

    internal static Row LogCosh => Mean((y, t) => (Math.Abs(y - t) < 1e-4
        ? 0.5 * (y - t) * (y - t)
        : Math.Abs(y - t) + Math.Log((1 + Math.Exp(-2 * Math.Abs(y - t))) / 2), Math.Tanh(y - t)));

    internal static Row BinaryFromLogits => Mean((x, t) => (
        Math.Max(x, 0) - x * t + double.LogP1(Math.Exp(-Math.Abs(x))), 1 / (1 + Math.Exp(-x)) - t));

    internal static Row Binary => Mean((y, t) =>
    {
        double p = Math.Clamp(y, 1e-7f, 1 - 1e-7f);
        return (-t * Math.Log(p) - (1 - t) * Math.Log(1 - p), p == y ? (p - t) / (p * (1 - p)) : 0);
    });

    internal static Row PoissonOfLogs => Mean((x, t) => (Math.Exp(x) - t * x, Math.Exp(x) - t));

    internal static Row PoissonOfRates => Mean((y, t) => (y - t * Math.Log(y + 1e-7), 1 - t / (y + 1e-7)));

    /// <summary>Output j m + i is quantile i of target j.</summary>
    internal static Row Quantile(params double[] quantiles) => (y, t) =>
    {
        double[] spread = y.Select((_, i) => t[i / quantiles.Length]).ToArray();
        double[] q = y.Select((_, i) => quantiles[i % quantiles.Length]).ToArray();
        double loss = 0;
        double[] gradient = new double[y.Length];
        for (int i = 0; i < y.Length; i++)
        {
            double error = spread[i] - y[i];
            loss += (error >= 0 ? q[i] * error : (q[i] - 1) * error) / y.Length;
            gradient[i] = (error > 0 ? -q[i] : error < 0 ? 1 - q[i] : 0) / y.Length;
        }
        return (loss, gradient);
    };

    internal static Row CrossEntropy(bool fromLogits, double smoothing = 0) => (y, t) =>
    {
        double[] smoothed = Array.ConvertAll(t, value => value * (1 - smoothing) + smoothing / t.Length);
        return fromLogits ? NaiveLoss.Logits(y, smoothed) : NaiveLoss.Probabilities(y, smoothed);
    };

    internal static Row Divergence(bool fromLogits) => (y, t) =>
    {
        (double loss, double[] gradient) = CrossEntropy(fromLogits)(y, t);
        return (loss + t.Sum(value => value == 0 ? 0 : value * Math.Log(value)), gradient);
    };

    private static Row Mean(Func<double, double, (double Loss, double Slope)> element) => (y, t) =>
    {
        (double Loss, double Slope)[] values = y.Zip(t, element).ToArray();
        return (values.Average(value => value.Loss), Array.ConvertAll(values, value => value.Slope / values.Length));
    };
}
