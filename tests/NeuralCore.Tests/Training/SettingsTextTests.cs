using NeuralCore.Losses;
using NeuralCore.Optimizers;

namespace NeuralCore.Tests.Training;

/// <summary>Checkpoints compare optimizers and losses by their texts, so a setting that is missing there could change unnoticed.</summary>
public class SettingsTextTests
{
    [Fact]
    public void Every_optimizer_writes_all_its_settings()
    {
        Type[] optimizers = typeof(Optimizer).Assembly.GetTypes().Where(type =>
            type.IsSubclassOf(typeof(Optimizer)) && !type.IsAbstract).ToArray();

        optimizers.Should().Contain([typeof(Sgd), typeof(Adam)]);
        foreach (Type type in optimizers)
        {
            var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
            var optimizer = (Optimizer)constructor.Invoke(
                constructor.GetParameters().Select(parameter => parameter.DefaultValue).ToArray());
            optimizer.Settings.Should().ContainAll(constructor.GetParameters().Select(parameter => parameter.Name + ": "));
        }
    }

    [Fact]
    public void Settings_that_differ_give_texts_that_differ()
    {
        object[] all =
        [
            new Sgd(), new Sgd(0.010000001f), new Sgd(0.01f, 0.9f), new Sgd(0.01f, 0.9f, true), new Adam(), new Adam(0.01f),
                new Adam(beta1: 0.91), new Adam(beta2: 0.99),
            new Adam(epsilon: 1e-8), new CategoricalCrossEntropy(), new CategoricalCrossEntropy(true), new SparseCategoricalCrossEntropy(),
                new SparseCategoricalCrossEntropy(true), new CategoricalCrossEntropy(false, 0.1f), new CategoricalCrossEntropy(true, 0.1f),
            new CategoricalCrossEntropy(false, 0.10000001f), new SparseCategoricalCrossEntropy(false, 0.1f),
            new MeanSquaredError(), new MeanAbsoluteError(), new Huber(), new Huber(0.5f), new LogCosh(), new BinaryCrossEntropy(),
            new BinaryCrossEntropy(true), new SparseBinaryCrossEntropy(), new SparseBinaryCrossEntropy(true), new Quantile(0.5f),
            new Quantile(0.5f, 0.9f), new Quantile(0.9f, 0.5f), new Poisson(), new Poisson(true), new KLDivergence(),
            new KLDivergence(true),
        ];

        all.Select(one => one.ToString()).Should().OnlyHaveUniqueItems();
        Optimizer[] optimizers =
        [
            new Adam(), new Adam { AmsGrad = true }, new Adam { EpsilonAfterCorrection = true }, new Adam { WeightDecay = 0.004 },
            new AdamW(), new AdamW(weightDecay: 0.005), new AdamW { AmsGrad = true }, new RmsProp(), new RmsProp(rho: 0.99),
            new RmsProp(momentum: 0.5), new RmsProp(centered: true), new RmsProp(epsilon: 1e-8), new Nadam(), new Nadam(beta1: 0.8),
            new Nadam(beta2: 0.8), new Nadam(epsilon: 1e-8), new Nadam(momentumDecay: 1), new Lion(), new Lion(beta1: 0.8),
            new Lion(beta2: 0.8), new Lion { Clipping = GradientClipping.ByValue(1) }, new Lion { Clipping = GradientClipping.ByNorm(1) },
            new Lion { Clipping = GradientClipping.ByGlobalNorm(1) }, new Lion { Clipping = GradientClipping.ByGlobalNorm(2) },
        ];
        optimizers.Select(one => one.Settings).Should().OnlyHaveUniqueItems();
        new Lion { WeightDecay = 0.5, Clipping = GradientClipping.ByGlobalNorm(0.5) }.Settings.Should().Be(
            "Lion(learningRate: 0.0001, beta1: 0.9, beta2: 0.99), weightDecay: 0.5, clipping: ByGlobalNorm(0.5)");
    }
}
