using System.CommandLine;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Mnist.Commands;

/// <summary><c>run ID</c>: trains and tests one experiment and compares the figures with the report's.</summary>
internal static class RunCommand
{
    private const long DefaultSeed = 1;
    private const int MostThreads = 1024;

    internal static Command Create()
    {
        Argument<Experiment> id = Arguments.ExperimentId();
        Option<long?> seed = Arguments.Whole(
            "--seed", $"The seed of initial weights, shuffling and dropout (default {DefaultSeed}).", long.MinValue, long.MaxValue);
        Option<int?> epochs = Arguments.Whole(
            "--epochs", "How many times to go through the training images (default: as published, 20).", 1, int.MaxValue);
        Option<int?> batch = Arguments.Whole(
            "--batch", "How many images a step takes (default: as published, 512).", 1, int.MaxValue);
        Option<int?> threads = Arguments.Whole(
            "--threads",
            "How many threads to use; the result is the same for any number (default: one for each processor).",
            1,
            MostThreads);
        Option<string> data = Arguments.Path(
            "--data",
            $"The folder with the four MNIST files (default: ${MnistFolder.EnvironmentVariable}, "
            + "else neuralcore/mnist in the user's cache folder, filled by a download).",
            "DIR");
        Option<string> json = Arguments.Path("--json", "A file to write the result to.", "FILE");
        Option<string> save = Arguments.Path("--save", "A file to save the trained model to, for predict.", "FILE");
        Option<string> checkpoint = Arguments.Path(
            "--checkpoint", "A folder for checkpoints, one after each epoch; the last two are kept.", "DIR");
        Option<bool> resume = new("--resume")
        {
            Description = "Continue from the last checkpoint, with the same result as an uninterrupted run.",
        };
        Command command = new("run", "Trains and tests one experiment.")
        {
            id, seed, epochs, batch, threads, data, json, save, checkpoint, resume,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(resume) && result.GetValue(checkpoint) is null)
                result.AddError("--resume needs the checkpoint folder: --checkpoint DIR.");
        });
        command.SetAction(parsed =>
        {
            Experiment experiment = parsed.GetRequiredValue(id);
            RunSettings settings = new(
                experiment,
                parsed.GetValue(seed) ?? DefaultSeed,
                parsed.GetValue(epochs) ?? experiment.Epochs,
                parsed.GetValue(batch) ?? experiment.BatchSize,
                parsed.GetValue(threads) ?? DefaultThreads);
            Paths paths = new(parsed.GetValue(data), parsed.GetValue(json), parsed.GetValue(save), parsed.GetValue(checkpoint),
                parsed.GetValue(resume));
            return Execute(settings, paths);
        });
        return command;
    }

    private static int DefaultThreads => Math.Min(Environment.ProcessorCount, MostThreads);

    private static int Execute(RunSettings settings, Paths paths)
    {
        using Interruption interruption = new();
        try
        {
            Execute(settings, paths, interruption.Token);
            return ExitCodes.Success;
        }
        catch (OperationCanceledException e) when (interruption.Token.IsCancellationRequested)
        {
            // The inner exception is the fit's own; without one, the run was interrupted before or after the fit.
            Terminal.Error($"Interrupted: stopped between two steps, {(e.InnerException is null ? "nothing written" : e.Message)}.");
            return interruption.ExitCode;
        }
    }

    private static void Execute(RunSettings settings, Paths paths, CancellationToken cancellation)
    {
        // Check everything that can be wrong before training.
        ModelFactory.CheckInstructionSet();
        ResultFile? file = paths.Json is null ? null : ResultFile.Check(paths.Json);
        ResultFile? saved = paths.Save is null ? null : ResultFile.Check(paths.Save, "--save");
        if (saved is not null && file is not null && saved.IsSameAs(file))
            throw new SampleException($"--save {paths.Save} and --json {paths.Json} are the same file. Name two files.");
        using RunFiles files = RunFiles.Open(saved, paths.Checkpoint, paths.Resume, Terminal.Error);
        Task warmUp = WarmUp.Begin(settings);
        Terminal terminal = Terminal.Open();
        if (files.LeastEpochs > settings.Epochs)
        {
            terminal.Line(
                FormattableString.Invariant($"The checkpoint has {files.LeastEpochs} epochs, more than the {settings.Epochs} requested: ")
                + FormattableString.Invariant($"all figures are for {files.LeastEpochs}."));
            settings = settings with { Epochs = files.LeastEpochs };
        }
        MnistImages images = DataLoading.Load(terminal, paths.Data, DataLoading.ToTrain, cancellation);
        cancellation.ThrowIfCancellationRequested();

        Sequential model = ModelFactory.Build(settings.Experiment, settings.Seed, images.Origin);
        terminal.Line(
            FormattableString.Invariant($"{settings.Experiment.Id}: seed {settings.Seed}, epochs {settings.Epochs}, ")
            + FormattableString.Invariant($"batch {settings.BatchSize}, threads {settings.Threads}, ")
            + $"{Describe(InstructionSet.Current)}. Data: {images.Origin.Description}");
        terminal.Line();
        terminal.Line(SummaryLayout.Fit(model.Summary(), terminal.Width));
        terminal.Line();
        // While the warm-up finishes, compile the code of the last lines: a prediction.
        model.Predict(new float[model.InputShape.Size]);
        warmUp.GetAwaiter().GetResult();
        RunOutcome outcome = new ExperimentRunner(images, TrainingDisplay.For(terminal), files, cancellation).Run(settings, model);
        files.Save(model);
        RunReport.Write(terminal, outcome, images);
        file?.Write(RunResult.Of(outcome, images.Origin));
    }

    private static string Describe(VectorPath path) =>
        path == VectorPath.Scalar ? "no vectors" : FormattableString.Invariant($"{(int)path}-bit vectors");

    /// <summary>Where a run reads and writes; null for an option that was not given.</summary>
    private sealed record Paths(string? Data, string? Json, string? Save, string? Checkpoint, bool Resume);
}
