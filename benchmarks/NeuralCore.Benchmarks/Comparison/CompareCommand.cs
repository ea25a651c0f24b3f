using System.CommandLine;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>The command line <c>compare gemm|train|predict|scale</c>.</summary>
internal static class CompareCommand
{
    private static readonly Option<string?> Json = new("--json")
    {
        Description = "Also write the figures to this file.",
        HelpName = "file",
        Recursive = true,
    };
    private static readonly Option<bool> Markdown = new("--markdown")
    {
        Description = "Print Markdown, as in benchmarks/results.",
        Recursive = true,
    };

    private static readonly Option<string?> Data = new("--data")
    {
        Description = $"The folder with the four MNIST files; by default {Mnist.Variable}.",
        HelpName = "folder",
    };

    private static readonly Option<string> OpenBlasCoreOption = new("--openblas-core")
    {
        Description = "OpenBLAS' kernels: a name (Haswell, SkylakeX), auto (detected), env (the value of OPENBLAS_CORETYPE); "
            + "by default those of NeuralCore's vector width.",
        HelpName = "core",
        DefaultValueFactory = _ => Peers.OpenBlasCore.Default,
    };

    /// <summary>Runs the comparison given by the arguments after <c>compare</c>.</summary>
    internal static int Run(IReadOnlyList<string> arguments)
    {
        RootCommand root = new("Interleaved comparisons in one process; prints medians, quartiles and ratios.") { Json, Markdown };
        root.Subcommands.Add(Gemm(arguments));
        root.Subcommands.Add(Train(arguments));
        root.Subcommands.Add(Predict(arguments));
        root.Subcommands.Add(Scale(arguments));
        return root.Parse(arguments).Invoke();
    }

    private static Command Gemm(IReadOnlyList<string> arguments)
    {
        Option<int> rounds = Rounds(21);
        Command command = new("gemm", "Matrix products on one thread against OpenBLAS, oneDNN and MathNet.Numerics.")
        {
            rounds,
            OpenBlasCoreOption,
        };
        command.SetAction(parsed => Guard(() => GemmComparison.Run(
            NewReport(parsed, arguments), parsed.GetValue(rounds), parsed.GetValue(OpenBlasCoreOption)!)));
        return command;
    }

    private static Command Train(IReadOnlyList<string> arguments)
    {
        Option<int> rounds = Rounds(5);
        Option<int[]> batches = new("--batches")
        {
            Description = "The batch sizes.",
            HelpName = "n",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [32, 64, 512],
        };
        Option<bool> whole = new("--whole")
        {
            Description = "Also time whole processes, from start to trained baseline (takes minutes).",
        };
        Command command = new("train", "Epochs of the baseline on MNIST against PyTorch.")
        {
            Data,
            batches,
            rounds,
            whole,
            OpenBlasCoreOption,
        };
        command.SetAction(parsed => Guard(() => TrainComparison.Run(
            NewReport(parsed, arguments),
            new TrainOptions(
                Mnist.Folder(parsed.GetValue(Data)), parsed.GetValue(batches)!, parsed.GetValue(rounds), parsed.GetValue(whole),
                parsed.GetValue(OpenBlasCoreOption)!))));
        return command;
    }

    private static Command Predict(IReadOnlyList<string> arguments)
    {
        Option<int> rounds = Rounds(41);
        Command command = new("predict", "One image of the baseline, warm, against ONNX Runtime.") { Data, rounds };
        command.SetAction(parsed => Guard(() => PredictComparison.Run(
            NewReport(parsed, arguments), parsed.GetValue(Data), parsed.GetValue(rounds))));
        return command;
    }

    private static Command Scale(IReadOnlyList<string> arguments)
    {
        Option<int> rounds = Rounds(5);
        Command command = new("scale", "How the time of training grows with batch, width, depth, data and threads.") { rounds };
        command.SetAction(parsed => Guard(() => ScaleComparison.Run(NewReport(parsed, arguments), parsed.GetValue(rounds))));
        return command;
    }

    private static Option<int> Rounds(int standard)
    {
        Option<int> option = new("--rounds")
        {
            Description = "How often each contender is measured.",
            HelpName = "n",
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) < 1)
                result.AddError("--rounds is at least 1.");
        });
        return option;
    }

    private static Report NewReport(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        string? json = parsed.GetValue(Json);
        // Checked before minutes of measuring.
        if (json is not null && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(json))))
            throw new ComparisonException($"{json} cannot be written: its folder is not there.");
        string command = $"dotnet run -c Release --project benchmarks/NeuralCore.Benchmarks -- compare {string.Join(' ', arguments)}";
        return new Report(new ReportOptions(json, parsed.GetValue(Markdown), command), Console.Out);
    }

    private static int Guard(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (Exception exception) when (exception is ComparisonException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }
}
