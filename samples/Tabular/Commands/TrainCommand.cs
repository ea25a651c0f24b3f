using System.CommandLine;
using NeuralCore.Diagnostics;
using NeuralCore.Samples.Mnist.Commands;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Tabular.Output;
using NeuralCore.Tabular;
using NeuralCore.Training;

namespace NeuralCore.Samples.Tabular.Commands;

/// <summary><c>train DATA --label NAME</c>: trains a model, tests it, and saves it.</summary>
internal static class TrainCommand
{
    private const int MostThreads = Trainer.MaxThreads;

    internal static Command Create()
    {
        Argument<string> data = Arguments.Data();
        Option<string> label = new("--label") { Description = "The column to predict.", HelpName = "NAME", Required = true };
        Option<string> task = new("--task")
        {
            Description = "What to do: classify, regress, or auto (the default) to decide by the column's values.",
            DefaultValueFactory = _ => "auto",
        };
        task.AcceptOnlyFromAmong("auto", "classify", "regress");
        Option<int[]?> hidden = Arguments.Hidden();
        Option<int?> epochs = Arguments.Whole("--epochs", "How many times to go through the rows (default: 100).", 1, int.MaxValue);
        Option<string> test = Arguments.Path("--test", "A CSV file to test on (default: a fifth of the rows, kept out of training).");
        Option<string> save = Arguments.Path("--save", "A file to save the model to, for evaluate and predict.");
        Option<string> log = Arguments.Path("--log", "A CSV file for the figures of every epoch.");
        Option<string[]> ignore = Arguments.Names("--ignore", "A column to leave out; may be given several times.");
        Option<string[]> categorical = Arguments.Names(
            "--categorical", "A column of numbers that stand for categories, such as postal codes; may be given several times.");
        Option<char?> separator = Arguments.Separator();
        Option<int?> seed = Arguments.Whole(
            "--seed", "The seed of test rows, initial weights and shuffling (default: 0).", 0, int.MaxValue);
        Option<int?> threads = Arguments.Whole(
            "--threads", "How many threads to use; the result is the same for any number (default: one for each processor).", 1,
            MostThreads);
        Command command = new("train", "Trains a model on a CSV file and tests it.")
        {
            data, label, task, hidden, epochs, test, save, log, ignore, categorical, separator, seed, threads,
        };
        command.SetAction(parsed =>
        {
            TabularOptions defaults = new();
            TabularOptions options = defaults with
            {
                Hidden = parsed.GetValue(hidden) is { Length: > 0 } widths ? widths : defaults.Hidden,
                Epochs = parsed.GetValue(epochs) ?? defaults.Epochs,
                Seed = parsed.GetValue(seed) ?? 0,
                Threads = parsed.GetValue(threads) ?? Math.Min(Environment.ProcessorCount, MostThreads),
            };
            CsvOptions csv = Arguments.Csv(parsed.GetValue(separator)) with
            {
                Ignored = parsed.GetValue(ignore) ?? [],
                Categorical = parsed.GetValue(categorical) ?? [],
            };
            return Execute(
                parsed.GetRequiredValue(data), parsed.GetRequiredValue(label), parsed.GetRequiredValue(task), options, csv,
                new Files(parsed.GetValue(test), parsed.GetValue(save), parsed.GetValue(log)));
        });
        return command;
    }

    private static int Execute(string path, string label, string task, TabularOptions options, CsvOptions csv, Files files)
    {
        using Interruption interruption = new();
        try
        {
            Execute(path, label, task, options with { CancellationToken = interruption.Token }, csv, files, Terminal.Open());
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            Terminal.Error("Interrupted: stopped between two steps, no model written.");
            return interruption.ExitCode;
        }
    }

    private static void Execute(
        string path, string label, string task, TabularOptions options, CsvOptions csv, Files files, Terminal terminal)
    {
        // Check everything that can be wrong before training.
        OutputFile.Check(files.Save, "--save");
        OutputFile.Check(files.Log, "--log");
        Table table = CommandLine.OnTable(() => Table.ReadCsv(path, csv));
        bool isClassifier = CommandLine.OnTable(() => TaskChoice.IsClassification(table[label], task));
        (Table training, Table test) = CommandLine.OnTable(() =>
        {
            TestTable.CheckLabels(table, table, label, isClassifier);
            if (files.Test is null)
                return TestTable.SetAside(table, label, isClassifier, options.Seed);
            Table named = TestTable.Read(files.Test, table, label, isClassifier, csv);
            TestTable.CheckLabels(table, named, label, isClassifier);
            return (table, named);
        });

        options = options with
        {
            Callbacks = [new EpochLines(terminal), .. files.Log is null ? Array.Empty<Callback>() : [new CsvLogger(files.Log)]],
        };
        terminal.Line($"{path}: {Numbers.Plain(table.RowCount)} rows; "
            + (files.Test is null ? $"{Numbers.Plain(test.RowCount)} of them kept for testing" : $"tested on {files.Test}"));
        TabularModel model = CommandLine.OnTable<TabularModel>(() => isClassifier
            ? TabularClassifier.Train(training, label, options)
            : TabularRegressor.Train(training, label, options));
        terminal.Line();
        terminal.Line(Report.Describe(model));
        foreach (string column in model.LeftOut)
            terminal.Line($"Left out: {column}.");
        Finding[] ofTest = CommandLine.OnTable(() => TestFindings.Of(model, training, test).ToArray());
        foreach (Finding finding in model.Findings.Concat(ofTest))
            terminal.Line(finding.ToString());
        terminal.Line();
        Report.Write(terminal, CommandLine.OnTable(() => Report.Of(model, test)));
        if (files.Save is null)
            return;
        CommandLine.OnTable(() =>
        {
            model.Save(files.Save);
            return true;
        });
        terminal.Line($"Saved: {files.Save}");
    }

    /// <summary>The files that were named; null for an option that was not given.</summary>
    private sealed record Files(string? Test, string? Save, string? Log);
}
