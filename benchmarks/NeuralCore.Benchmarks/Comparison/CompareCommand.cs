using System.CommandLine;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>The command line <c>compare gemm|train|predict|scale</c>.</summary>
internal static class CompareCommand
{
    private static readonly Option<string?> Json = new("--json") { Description = "Also write the figures to this file.", HelpName = "file", Recursive = true };
    private static readonly Option<bool> Markdown = new("--markdown") { Description = "Print Markdown, as in benchmarks/results.", Recursive = true };

    private static readonly Option<string?> Data = new("--data")
    {
        Description = $"The folder with the four MNIST files; by default {Mnist.Variable}.",
        HelpName = "folder",
    };

    private static readonly Option<string> OpenBlasCoreOption = new("--openblas-core")
    {
        Description = "OpenBLAS' kernels: a name (Haswell, SkylakeX), auto (detected), env (what OPENBLAS_CORETYPE says); by default those of NeuralCore's vector width.",
        HelpName = "core",
        DefaultValueFactory = _ => Peers.OpenBlasCore.Default,
    };

    /// <summary>Runs the comparison that the arguments after <c>compare</c> ask for.</summary>
    internal static int Run(IReadOnlyList<string> arguments)
    {
        RootCommand root = new("Side-by-side comparisons: contenders take turns in one session; medians, quartiles and ratios are printed.") { Json, Markdown };
        root.Subcommands.Add(Gemm(arguments));
        return root.Parse(arguments).Invoke();
    }

    private static Command Gemm(IReadOnlyList<string> arguments)
    {
        Option<int> rounds = Rounds(21);
        Command command = new("gemm", "Matrix products on one thread against OpenBLAS, oneDNN and MathNet.Numerics.") { rounds, OpenBlasCoreOption };
        command.SetAction(parsed => Guard(() => GemmComparison.Run(NewReport(parsed, arguments), parsed.GetValue(rounds), parsed.GetValue(OpenBlasCoreOption)!)));
        return command;
    }

    private static Option<int> Rounds(int standard)
    {
        Option<int> option = new("--rounds") { Description = "How often each contender is measured.", HelpName = "n", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) < 1)
                result.AddError("--rounds is at least 1.");
        });
        return option;
    }

    private static Report NewReport(ParseResult parsed, IReadOnlyList<string> arguments) => new(
        new ReportOptions(parsed.GetValue(Json), parsed.GetValue(Markdown), $"dotnet run -c Release --project benchmarks/NeuralCore.Benchmarks -- compare {string.Join(' ', arguments)}"),
        Console.Out);

    private static int Guard(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (ComparisonException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }
}
