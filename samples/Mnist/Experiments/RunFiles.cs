using System.Globalization;
using NeuralCore.Models;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>What of a run goes to disk besides its figures: the trained model, and checkpoints to go on from.</summary>
internal sealed class RunFiles : IDisposable
{
    private const string CheckpointPrefix = "checkpoint-";
    private const string CheckpointSuffix = ".safetensors";

    private readonly ResultFile? _model;
    private readonly string? _folder;
    private readonly FolderLock? _lock;

    private RunFiles(ResultFile? model, string? folder, FolderLock? folderLock, Checkpoint? resumeFrom)
    {
        _model = model;
        _folder = folder;
        _lock = folderLock;
        ResumeFrom = resumeFrom;
    }

    /// <summary>For runs of which nothing but the figures is kept.</summary>
    internal static RunFiles None { get; } = new(null, null, null, null);

    /// <summary>Where the run goes on; null for a run from the beginning.</summary>
    internal Checkpoint? ResumeFrom { get; }

    /// <summary>What writes the checkpoints: nothing, or one callback.</summary>
    internal IReadOnlyList<Callback> Callbacks => _folder is null ? [] : [new ModelCheckpoint(_folder)];

    /// <summary>How many epochs the weights will have had at least: one that was begun is finished.</summary>
    internal int LeastEpochs => ResumeFrom is null ? 0 : ResumeFrom.Epoch + (ResumeFrom.Batch > 0 ? 1 : 0);

    /// <summary>Looks at everything that can be wrong before training, and holds the folder of the checkpoints until disposed.</summary>
    /// <param name="model">The file of <c>--save</c>, or null.</param>
    /// <param name="folder">The value of <c>--checkpoint</c>, or null.</param>
    /// <param name="resume">Whether <c>--resume</c> was given.</param>
    /// <param name="warn">Is told of damaged checkpoints.</param>
    /// <exception cref="SampleException">
    /// There is nothing to go on from, another process uses the folder, or another run's checkpoints are in the way.
    /// </exception>
    /// <exception cref="InvalidDataException">No checkpoint is whole.</exception>
    internal static RunFiles Open(ResultFile? model, string? folder, bool resume, Action<string> warn)
    {
        if (folder is null)
            return new RunFiles(model, null, null, null);
        if (resume && !Directory.Exists(folder))
            throw NothingToResume(folder);
        FolderLock folderLock = FolderLock.Hold(folder, "--checkpoint");
        try
        {
            string? latest = Checkpoint.FindLatest(folder);
            if (resume && latest is null)
                throw NothingToResume(folder);
            if (!resume && latest is not null)
                throw new SampleException($"{folder} holds another run's checkpoints. Go on with it by --resume, or name another folder.");
            return new RunFiles(model, folder, folderLock, latest is null ? null : LoadLatest(folder, warn));
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Keeps where an interrupted run stands; says what the user can do.</summary>
    internal string KeepInterrupted(Trainer trainer)
    {
        if (_folder is null)
            return "nothing written";
        trainer.CreateCheckpoint().SaveIn(_folder);
        return "--resume goes on from there";
    }

    /// <summary>Saves the trained model where it was asked for.</summary>
    internal void Save(Sequential model)
    {
        if (_model is not null)
            model.Save(_model.FullPath, new ModelFileOptions { InputScale = NeuralCore.Data.ByteFeatures.DefaultScale });
    }

    public void Dispose() => _lock?.Dispose();

    // The last that is whole: those before it are kept for this.
    private static Checkpoint LoadLatest(string folder, Action<string> warn)
    {
        string[] files = Directory.GetFiles(folder, CheckpointPrefix + "*" + CheckpointSuffix)
            .Where(path => StepOf(path) is not null).OrderByDescending(StepOf).ToArray();
        for (int i = 0; ; i++)
        {
            try
            {
                Checkpoint checkpoint = Checkpoint.Load(files[i]);
                if (i > 0)
                    warn($"Going on from {Path.GetFileName(files[i])} ({checkpoint}), the last checkpoint that is whole.");
                return checkpoint;
            }
            catch (InvalidDataException e) when (i < files.Length - 1)
            {
                warn($"Damaged checkpoint left out: {e.Message}");
            }
        }
    }

    private static long? StepOf(string path)
    {
        string number = Path.GetFileName(path)[CheckpointPrefix.Length..^CheckpointSuffix.Length];
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step : null;
    }

    private static SampleException NothingToResume(string folder) => new($"There is no checkpoint in {folder}. Start without --resume.");
}
