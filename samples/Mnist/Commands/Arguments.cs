using System.CommandLine;
using System.Globalization;
using System.Numerics;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary>Arguments and options that say clearly what they take.</summary>
internal static class Arguments
{
    /// <summary>The id of one of the experiments.</summary>
    internal static Argument<Experiment> ExperimentId() => new("id")
    {
        Description = "The experiment: basic, baseline, or another id that list shows.",
        CustomParser = result =>
        {
            string id = result.Tokens[0].Value;
            Experiment? experiment = ExperimentTable.Find(id);
            if (experiment is null)
                result.AddError($"There is no experiment '{id}'; there are basic, baseline and those that list shows.");
            return experiment!;
        },
    };

    /// <summary>An option that takes a whole number.</summary>
    internal static Option<T?> Whole<T>(string name, string description, T least, T most)
        where T : struct, IBinaryInteger<T> => new(name)
        {
            Description = description,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value) && value >= least && value <= most)
                    return value;
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number from {least} to {most}, not '{text}'."));
                return null;
            },
        };

    /// <summary>An option that takes a path.</summary>
    internal static Option<string> Path(string name, string description, string valueName) => new(name)
    {
        Description = description,
        HelpName = valueName,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (string.IsNullOrWhiteSpace(text))
                result.AddError($"{name} takes a path, not an empty text.");
            return text;
        },
    };
}
