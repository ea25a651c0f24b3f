using System.CommandLine;
using System.CommandLine.Invocation;
using NeuralCore.Samples.Mnist;
using NeuralCore.Samples.Mnist.Commands;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Training;

namespace NeuralCore.Samples.Tabular.Commands;

/// <summary>The command line: its commands, and how errors become exit codes.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command line and returns the exit code. Every failure is one line on standard error.</summary>
    internal static int Run(string[] args)
    {
        if (args.Length == 0)
        {
            Terminal.Error("Expected a command: train, evaluate or predict. Try --help.");
            return ExitCodes.Usage;
        }
        // "@file" has no special meaning here.
        ParseResult parsed = Build().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            Terminal.Error($"{parsed.Errors[0].Message} Try --help.");
            return ExitCodes.Usage;
        }
        InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return parsed.Invoke(configuration);
        }
        catch (Exception e) when (
            e is SampleException or InvalidDataException or IOException or UnauthorizedAccessException or NonFiniteException)
        {
            Terminal.Error(e.Message);
            return ExitCodes.Failure;
        }
    }

    /// <summary>Calls the library, whose argument errors are about the user's file here.</summary>
    internal static T OnTable<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (ArgumentException e)
        {
            string message = e.ParamName is null ? e.Message : e.Message.Replace($" (Parameter '{e.ParamName}')", "");
            throw new SampleException(message, e);
        }
        catch (InvalidDataException e)
        {
            // The library names its own setting.
            throw new SampleException(e.Message.Replace("CsvOptions.Categorical", "--categorical"), e);
        }
        catch (NotSupportedException e)
        {
            throw new SampleException(e.Message, e);
        }
    }

    private static RootCommand Build()
    {
        RootCommand root = new(
            "Learns to predict a column of a CSV file from the others, without tuning. "
            + "Exit codes: 0 done, 1 failed, 2 wrong command line, 130 interrupted.");
        root.Subcommands.Add(TrainCommand.Create());
        root.Subcommands.Add(EvaluateCommand.Create());
        root.Subcommands.Add(PredictCommand.Create());
        // Never run. Without it, an unknown command would be reported as a missing one.
        root.SetAction(_ => ExitCodes.Usage);
        return root;
    }
}
