using System.CommandLine;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary><c>list</c>: all experiments with the published figures.</summary>
internal static class ListCommand
{
    internal static Command Create()
    {
        Command command = new("list", "Lists all experiments with the report's test loss and accuracy.");
        command.SetAction(_ =>
        {
            ExperimentList.Write(Terminal.Open(), ExperimentTable.All);
            return ExitCodes.Success;
        });
        return command;
    }
}
