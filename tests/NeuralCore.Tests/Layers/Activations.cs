using NeuralCore.Layers;

namespace NeuralCore.Tests.Layers;

/// <summary>The elementwise activations by their descriptions, with what they should give in double precision.</summary>
internal static class Activations
{
    /// <param name="Create">Makes the layer.</param>
    /// <param name="Value">The function.</param>
    /// <param name="Derivative">Its derivative.</param>
    /// <param name="Relative">The relative error that the value may have.</param>
    internal sealed record Case(
        Func<ElementwiseActivation> Create, Func<double, double> Value, Func<double, double> Derivative, double Relative = 1e-6);

    internal static readonly Dictionary<string, Case> All = new()
    {
        ["Sigmoid"] = new(() => new Sigmoid(), Sigmoid, x => Sigmoid(x) * Sigmoid(-x)),
        ["Tanh"] = new(() => new Tanh(), Math.Tanh, x => 1 - Math.Tanh(x) * Math.Tanh(x)),
        ["LeakyReLU(0.3)"] = new(() => new LeakyReLU(), x => x > 0 ? x : 0.3f * x, x => x > 0 ? 1 : 0.3f),
        ["LeakyReLU(0.01)"] = new(() => new LeakyReLU(0.01f), x => x > 0 ? x : 0.01f * x, x => x > 0 ? 1 : 0.01f),
        ["ELU"] = new(() => new ELU(), x => x > 0 ? x : Expm1(x), x => x > 0 ? 1 : Math.Exp(x)),
        ["ELU(0.5)"] = new(() => new ELU(0.5f), x => x > 0 ? x : 0.5 * Expm1(x), x => x > 0 ? 1 : 0.5 * Math.Exp(x)),
        ["SELU"] = new(() => new SELU(),
            x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Expm1(x)),
            x => 1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * Math.Exp(x))),
        ["GELU"] = new(() => new GELU(), x => x * NormalReference.Cdf(x), x => NormalReference.Cdf(x) + x * NormalReference.Density(x)),
        ["GELU(approximate: True)"] = new(() => new GELU(approximate: true), x => x * Sigmoid(2 * Inner(x)), x =>
            Sigmoid(2 * Inner(x)) + 2 * x * Sigmoid(2 * Inner(x)) * Sigmoid(-2 * Inner(x)) * InnerSlope(x),
            Relative: 2e-5), // the exponential's argument, down to -104, is rounded
        ["SiLU"] = new(() => new SiLU(), x => x * Sigmoid(x), x => Sigmoid(x) + x * Sigmoid(x) * Sigmoid(-x)),
        ["Mish"] = new(() => new Mish(), x => x * Math.Tanh(Softplus(x)), x =>
            Math.Tanh(Softplus(x)) + x * Sigmoid(x) * (1 - Math.Tanh(Softplus(x)) * Math.Tanh(Softplus(x)))),
        ["Softplus"] = new(() => new Softplus(), Softplus, Sigmoid),
    };

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x + x * x / 2 : Math.Exp(x) - 1;

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    private static double Inner(double x) => Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);

    private static double InnerSlope(double x) => Math.Sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
}
