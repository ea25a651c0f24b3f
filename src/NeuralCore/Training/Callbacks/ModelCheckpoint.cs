using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// Writes a checkpoint into a folder after every epoch, and optionally every given number of steps, and keeps the last ones. Runs after all
/// other callbacks, so that their states are included. <see cref="Checkpoint.FindLatest"/> finds the last one.
/// </summary>
/// <remarks>If a checkpoint cannot be written, the fit ends with the I/O error; earlier checkpoints remain.</remarks>
public sealed class ModelCheckpoint : Callback
{
    private readonly IFileSystem _files;

    /// <summary>Describes the callback.</summary>
    /// <param name="folder">The folder, created if it does not exist. Each fit needs its own.</param>
    /// <param name="keep">How many checkpoints to keep; at least 1.</param>
    /// <param name="everySteps">Also write one every this many steps of the trainer; 0 for none between epochs.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public ModelCheckpoint(string folder, int keep = 2, int everySteps = 0)
        : this(folder, keep, everySteps, PhysicalFileSystem.Instance)
    {
    }

    internal ModelCheckpoint(string folder, int keep, int everySteps, IFileSystem files)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(everySteps);
        Folder = folder;
        Keep = keep;
        EverySteps = everySteps;
        _files = files;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>How many checkpoints are kept.</summary>
    public int Keep { get; }

    /// <summary>A checkpoint is also written every this many steps; 0 for none between epochs.</summary>
    public int EverySteps { get; }

    internal override bool RunsLast => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// The folder contains checkpoints of another fit, which would be mistaken for later ones of this fit.
    /// </exception>
    public override void OnFitBegin(FitContext context)
    {
        Directory.CreateDirectory(Folder);
        if (!context.IsResumed && Checkpoint.FilesIn(Folder, _files).Any(file => file.Step > context.Trainer.StepCount))
        {
            throw new InvalidOperationException(
                $"{Folder} contains checkpoints of another fit. "
                + "Resume from the last one (FitOptions.ResumeFrom), or use another folder for this fit.");
        }
    }

    /// <inheritdoc/>
    public override void OnStepEnd(FitContext context)
    {
        if (EverySteps > 0 && context.Trainer.StepCount % EverySteps == 0)
            Save(context);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext context, EpochResult result) => Save(context);

    private void Save(FitContext context)
    {
        Checkpoint checkpoint = context.Trainer.CreateCheckpoint();
        checkpoint.SaveIn(Folder, _files);

        // If the fit was resumed from an earlier checkpoint, the folder may contain later ones; they are not deleted.
        string[] mine = Checkpoint.FilesIn(Folder, _files).Where(file => file.Step <= checkpoint.Step).Select(file => file.Path).ToArray();
        foreach (string path in mine.SkipLast(Keep))
            _files.Delete(path);
    }
}
