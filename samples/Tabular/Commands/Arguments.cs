using System.CommandLine;
using System.Globalization;
using NeuralCore.Tabular;

namespace NeuralCore.Samples.Tabular.Commands;

/// <summary>Arguments and options whose errors say which values are valid.</summary>
internal static class Arguments
{
    internal static Argument<string> Data() => new("data")
    {
        Description = "A CSV file: a line of column names, then the rows.",
        HelpName = "DATA",
    };

    internal static Argument<string> Model() => new("model") { Description = "A model saved by train --save.", HelpName = "MODEL" };

    internal static Option<char?> Separator() => new("--separator")
    {
        Description = "The character between two cells: ',' ';' '|' or tab (default: what the first line has most of).",
        HelpName = "CHAR",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (text is "tab" or "\\t")
                return '\t';
            if (text.Length == 1 && ",;|\t:".Contains(text[0]))
                return text[0];
            result.AddError($"--separator takes one of , ; | : or tab, not '{text}'.");
            return null;
        },
    };

    internal static Option<int?> Whole(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (TryParse(text, least, most, out int value))
                return value;
            result.AddError(string.Create(
                CultureInfo.InvariantCulture, $"{name} takes a whole number from {least} to {most}, not '{text}'."));
            return null;
        },
    };

    internal static Option<int[]?> Hidden() => new("--hidden")
    {
        Description = "The widths of the hidden layers, separated by commas (default: 128,128).",
        HelpName = "N,...",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            string[] parts = text.Split(',');
            int[] widths = new int[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                if (!TryParse(parts[i], 1, 65_536, out widths[i]))
                {
                    result.AddError($"--hidden takes whole numbers from 1 to 65536, separated by commas, not '{text}'.");
                    return null;
                }
            }
            return widths;
        },
    };

    internal static Option<string> Path(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FILE",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (string.IsNullOrWhiteSpace(text))
                result.AddError($"{name} takes a path, not an empty string.");
            return text;
        },
    };

    internal static Option<string[]> Names(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "NAME",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>How to read a file, by the options given.</summary>
    internal static CsvOptions Csv(char? separator) => new() { Separator = separator };

    private static bool TryParse(string text, int least, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
}
