using System.CommandLine;
using NeuralCore.Samples.Mnist.Commands;
using NeuralCore.Samples.Tabular.Output;
using NeuralCore.Tabular;

namespace NeuralCore.Samples.Tabular.Commands;

/// <summary><c>predict MODEL DATA</c>: writes the predictions for a file as CSV.</summary>
internal static class PredictCommand
{
    internal static Command Create()
    {
        Argument<string> model = Arguments.Model();
        Argument<string> data = Arguments.Data();
        Option<string> output = Arguments.Path("--output", "The CSV file to write (default: standard output).");
        Option<char?> separator = Arguments.Separator();
        Command command = new("predict", "Writes a saved model's predictions for a CSV file, one line for each row.")
        {
            model, data, output, separator,
        };
        command.SetAction(parsed =>
        {
            string? file = parsed.GetValue(output);
            OutputFile.Check(file, "--output");
            TabularModel loaded = CommandLine.OnTable(() => TabularModel.Load(parsed.GetRequiredValue(model)));
            Table predictions = CommandLine.OnTable(() => loaded.PredictTable(
                loaded.ReadCsv(parsed.GetRequiredValue(data), Arguments.Csv(parsed.GetValue(separator)))));
            if (file is null)
                predictions.WriteCsv(Console.Out);
            else
                predictions.WriteCsv(file);
            Console.Out.Flush();
            return ExitCodes.Success;
        });
        return command;
    }
}
