using System.CommandLine;
using System.CommandLine.Invocation;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Training;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary>The command line: its commands, and how errors become exit codes.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command line and returns the exit code. Every failure is one line on standard error.</summary>
    internal static int Run(string[] args)
    {
        // "@file" has no special meaning here.
        ParseResult parsed = Build().Parse(
            NamesCommand(args) ? args : ["run", ExperimentTable.BaselineId, .. args],
            new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            Terminal.Error($"{parsed.Errors[0].Message} Try --help.");
            return ExitCodes.Usage;
        }
        InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return Guard(() => parsed.Invoke(configuration));
    }

    /// <summary>
    /// Runs a command. A failure that the user can fix becomes one line and exit code 1; any other exception is a bug and propagates.
    /// </summary>
    internal static int Guard(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (Exception e) when (
            e is SampleException or InvalidDataException or IOException or UnauthorizedAccessException or NonFiniteException)
        {
            Terminal.Error(e.Message);
            return ExitCodes.Failure;
        }
    }

    // A command line of options alone runs the baseline, except for help and version.
    private static bool NamesCommand(string[] args) => args.Length > 0
        && (!args[0].StartsWith('-') || args[0] is "--help" or "-h" or "-?" or "--version");

    private static RootCommand Build()
    {
        RootCommand root = new(
            "Trains the networks of the report \"Basic Neural Networks: MNIST\" and compares the figures with the report's. "
            + "Without a command it runs the baseline and takes the options of run, such as --seed 2. "
            + "Exit codes: 0 done, 1 failed, 2 wrong command line, 130 interrupted.");
        root.Subcommands.Add(RunCommand.Create());
        root.Subcommands.Add(PredictCommand.Create());
        root.Subcommands.Add(ReportCommand.Create());
        root.Subcommands.Add(MergeCommand.Create());
        root.Subcommands.Add(SummaryCommand.Create());
        root.Subcommands.Add(ListCommand.Create());
        // Never run. Without it, an unknown command would be reported as a missing one.
        root.SetAction(_ => ExitCodes.Usage);
        return root;
    }
}
