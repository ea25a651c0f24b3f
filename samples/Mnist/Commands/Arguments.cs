using System.CommandLine;
using System.Globalization;
using System.Numerics;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary>Arguments and options whose errors say which values are valid.</summary>
internal static class Arguments
{
    /// <summary>The id of one of the experiments.</summary>
    internal static Argument<Experiment> ExperimentId() => new("id")
    {
        Description = "The experiment: basic, baseline, or another id shown by list.",
        CustomParser = result =>
        {
            string id = result.Tokens[0].Value;
            Experiment? experiment = ExperimentTable.Find(id);
            if (experiment is null)
                result.AddError($"There is no experiment '{id}'. The list command shows all ids.");
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
                if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value)
                    && value >= least && value <= most)
                    return value;
                result.AddError(string.Create(
                    CultureInfo.InvariantCulture, $"{name} takes a whole number from {least} to {most}, not '{text}'."));
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
                result.AddError($"{name} takes a path, not an empty string.");
            return text;
        },
    };

    /// <summary>Experiments by group or id, separated by commas.</summary>
    internal static Option<IReadOnlyList<Experiment>?> Only() => new("--only")
    {
        Description = "Groups (basic, baseline, categorical, sparse) or ids, separated by commas (default: all).",
        HelpName = "GROUP|ID,...",
        CustomParser = result =>
        {
            HashSet<Experiment> chosen = [];
            foreach (string name in result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries))
            {
                if (ExperimentTable.Find(name) is { } experiment)
                    chosen.Add(experiment);
                else if (OfGroup(name) is { Length: > 0 } group)
                    chosen.UnionWith(group);
                else
                    result.AddError($"--only takes groups and the ids shown by list, not '{name}'.");
            }
            return ExperimentTable.All.Where(chosen.Contains).ToArray();
        },
    };

    private static Experiment[] OfGroup(string name) => Enum.GetValues<ExperimentGroup>()
        .Where(group => ExperimentTable.NameOf(group) == name).SelectMany(ExperimentTable.Of).ToArray();

    /// <summary>A part of a sweep, as <c>I/N</c>.</summary>
    internal static Option<Shard?> Shard() => new("--shard")
    {
        Description = "Train only part I of N, for a scheduler's job array; merge joins the parts.",
        HelpName = "I/N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            string[] numbers = text.Split('/');
            if (numbers.Length == 2
                && int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                && index >= 1 && index <= count)
                return new Shard(index, count);
            result.AddError($"--shard takes I/N with I from 1 to N, not '{text}'.");
            return null;
        },
    };
}
