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
            object optimizer = constructor.Invoke(constructor.GetParameters().Select(parameter => parameter.DefaultValue).ToArray());
            optimizer.ToString().Should().ContainAll(constructor.GetParameters().Select(parameter => parameter.Name + ": "));
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
    }
}
