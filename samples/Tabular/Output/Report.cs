using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Tabular;

namespace NeuralCore.Samples.Tabular.Output;

/// <summary>What is said of a model and its test.</summary>
internal static class Report
{
    private const int MostNames = 8;

    /// <summary>What the model predicts from what, in a sentence.</summary>
    internal static string Describe(TabularModel model)
    {
        string from = $"from {List(model.Features)}";
        return model is TabularClassifier classifier
            ? $"{model.Label}, one of {List(classifier.Classes)}, {from}."
            : $"{model.Label}, a number, {from}.";
    }

    /// <summary>The figures of a test.</summary>
    internal static string Of(TabularModel model, Table test) => model switch
    {
        TabularClassifier classifier => classifier.Evaluate(test).ToString(),
        TabularRegressor regressor => regressor.Evaluate(test).ToString(),
        _ => throw new InvalidOperationException($"{model} is of no known kind."),
    };

    /// <summary>Writes a table line by line; a terminal too narrow for it folds the lines.</summary>
    internal static void Write(Terminal terminal, string text)
    {
        foreach (string line in text.TrimEnd('\n').Split('\n'))
            terminal.Line(line);
    }

    private static string List(IReadOnlyList<string> names) => names.Count <= MostNames
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MostNames))} and {Numbers.Plain(names.Count - MostNames)} more";
}
