using NeuralCore.Models;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Samples.Mnist.Experiments;

/// <summary>What of a run goes to disk besides its figures: the trained model, and checkpoints to go on from.</summary>
internal sealed class RunFiles
{
    private readonly string? _model;
    private readonly string? _folder;

    private RunFiles(string? model, string? folder, Checkpoint? resumeFrom)
    {
        _model = model;
        _folder = folder;
        ResumeFrom = resumeFrom;
    }

    /// <summary>For runs of which nothing but the figures is kept.</summary>
    internal static RunFiles None { get; } = new(null, null, null);

    /// <summary>Where the run goes on; null for a run from the beginning.</summary>
    internal Checkpoint? ResumeFrom { get; }

    /// <summary>What writes the checkpoints: nothing, or one callback.</summary>
    internal IReadOnlyList<Callback> Callbacks => _folder is null ? [] : [new ModelCheckpoint(_folder)];

    /// <summary>Looks at everything that can be wrong before training.</summary>
    /// <param name="model">The value of <c>--save</c>, or null.</param>
    /// <param name="folder">The value of <c>--checkpoint</c>, or null.</param>
    /// <param name="resume">Whether <c>--resume</c> was given.</param>
    /// <exception cref="SampleException">The model could not be written, there is nothing to go on from, or another run's checkpoints are in the way.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    internal static RunFiles Open(string? model, string? folder, bool resume)
    {
        if (model is not null)
            ResultFile.Check(model, "--save");
        string? latest = folder is null ? null : Checkpoint.FindLatest(folder);
        if (resume && latest is null)
            throw new SampleException($"There is no checkpoint in {folder}. Start without --resume.");
        if (!resume && latest is not null)
            throw new SampleException($"{folder} holds the checkpoints of another run. Go on with it by --resume, or name another folder.");
        return new RunFiles(model, folder, latest is null ? null : Checkpoint.Load(latest));
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
            model.Save(_model, new ModelFileOptions { InputScale = NeuralCore.Data.ByteFeatures.DefaultScale });
    }
}
