using System.Text.Json;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Optimizers;

/// <summary>
/// 50 steps of each optimizer against PyTorch, and against Keras' formulas where they differ: <c>tests/fixtures/optimizers.py</c>.
/// </summary>
public class OptimizerFixtureTests
{
    private static readonly JsonElement Fixture = PeerFixture.Load("optimizers");

    private static readonly Dictionary<string, Func<Optimizer>> Cases = new()
    {
        ["Sgd"] = () => new Sgd(0.05),
        ["Sgd momentum"] = () => new Sgd(0.05, 0.9),
        ["Sgd nesterov"] = () => new Sgd(0.05, 0.9, nesterov: true),
        ["Adam"] = () => new Adam(0.05, epsilon: 1e-3) { EpsilonAfterCorrection = true },
        ["Adam amsgrad"] = () => new Adam(0.05, 0.8, 0.9, 1e-3) { EpsilonAfterCorrection = true, AmsGrad = true },
        ["AdamW"] = () => new AdamW(0.05, 0.1, epsilon: 1e-3) { EpsilonAfterCorrection = true },
        ["AdamW amsgrad"] = () => new AdamW(0.05, 0.1, 0.8, 0.9, 1e-3) { EpsilonAfterCorrection = true, AmsGrad = true },
        ["Nadam"] = () => new Nadam(0.05, epsilon: 1e-3),
        ["Nadam fast"] = () => new Nadam(0.05, epsilon: 1e-3, momentumDecay: 0.1),
        ["Nadam keras"] = () => new Nadam(0.05, epsilon: 1e-3, momentumDecay: 1),
        ["RmsProp torch"] = () => new RmsProp(0.05, epsilon: 1e-12),
        ["RmsProp torch all"] = () => new RmsProp(0.05, momentum: 0.8, centered: true, epsilon: 1e-12),
        ["RmsProp"] = () => new RmsProp(0.05, epsilon: 1e-2),
        ["RmsProp momentum"] = () => new RmsProp(0.05, momentum: 0.8, epsilon: 1e-2),
        ["RmsProp centered"] = () => new RmsProp(0.05, centered: true, epsilon: 1e-2),
        ["RmsProp all"] = () => new RmsProp(0.05, momentum: 0.8, centered: true, epsilon: 1e-2),
        ["Lion"] = () => new Lion(0.02),
        ["Sgd clipped by value"] = () => new Sgd(0.05, 0.9) { Clipping = GradientClipping.ByValue(0.5) },
        ["Sgd clipped by norm"] = () => new Sgd(0.05, 0.9) { Clipping = GradientClipping.ByGlobalNorm(2) },
    };

    public static TheoryData<string> Names => [.. Fixture.GetProperty("cases").EnumerateObject().Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fifty_steps_end_where_the_peer_s_do(string name)
    {
        (double[] target, double[] curve, double[] wave) = (Fixture.Doubles("target"), Fixture.Doubles("curve"), Fixture.Doubles("wave"));
        int size = target.Length;
        Sequential model = new([size], [new Dense(1, useBias: false)]);
        Fixture.Floats("start").CopyTo(model.Parameters[0].Values);
        using Trainer<float> trainer = model.Compile(Cases[name](), new LinearLoss());

        for (int step = 0; step < Fixture.GetProperty("steps").GetInt32(); step++)
        {
            float[] w = model.Parameters[0].Values.ToArray();
            float[] gradient = w.Select((x, i) => (float)(curve[i] * (x - target[i]) + wave[step * size + i])).ToArray();
            trainer.TrainStep(gradient, [0]);
        }

        Weights.RelativeDistance(model.Parameters[0].Values, Fixture.GetProperty("cases").Doubles(name)).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Every_optimizer_has_a_case()
    {
        IEnumerable<string> optimizers = typeof(Optimizer).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Optimizer)) && !type.IsAbstract).Select(type => type.Name);
        optimizers.Should().BeSubsetOf(Cases.Keys.Select(name => name.Split(' ')[0]));
    }
}
