using System.CommandLine;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary><c>summary ID</c>: the layers of one experiment's network.</summary>
internal static class SummaryCommand
{
    internal static Command Create()
    {
        Argument<Experiment> id = Arguments.ExperimentId();
        Command command = new("summary", "Prints the layers of one experiment's network, with output shapes and parameter counts.") { id };
        command.SetAction(parsed =>
        {
            Terminal terminal = Terminal.Open();
            terminal.Line(SummaryLayout.Fit(ModelFactory.Build(parsed.GetRequiredValue(id)).Summary(), terminal.Width));
            return ExitCodes.Success;
        });
        return command;
    }
}
