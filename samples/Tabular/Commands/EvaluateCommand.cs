using System.CommandLine;
using NeuralCore.Samples.Mnist.Commands;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Tabular.Output;
using NeuralCore.Tabular;

namespace NeuralCore.Samples.Tabular.Commands;

/// <summary><c>evaluate MODEL DATA</c>: tests a saved model on a file with labels.</summary>
internal static class EvaluateCommand
{
    internal static Command Create()
    {
        Argument<string> model = Arguments.Model();
        Argument<string> data = Arguments.Data();
        Option<char?> separator = Arguments.Separator();
        Command command = new("evaluate", "Tests a saved model on a CSV file that has the column to predict.") { model, data, separator };
        command.SetAction(parsed =>
        {
            TabularModel loaded = CommandLine.OnTable(() => TabularModel.Load(parsed.GetRequiredValue(model)));
            Table table = CommandLine.OnTable(() =>
                loaded.ReadCsv(parsed.GetRequiredValue(data), Arguments.Csv(parsed.GetValue(separator))));
            Terminal terminal = Terminal.Open();
            terminal.Line(Report.Describe(loaded));
            terminal.Line();
            Report.Write(terminal, CommandLine.OnTable(() => Report.Of(loaded, table)));
            return ExitCodes.Success;
        });
        return command;
    }
}
