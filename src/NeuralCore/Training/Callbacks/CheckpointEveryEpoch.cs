using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// Writes a checkpoint into a folder after every epoch, and where asked after every so many steps, and keeps the last ones. Runs after all other callbacks, so that their
/// states are in it. <see cref="Checkpoint.FindLatest"/> finds the last.
/// </summary>
/// <remarks>A checkpoint that cannot be written ends the fit with the disk's error; those before it stay.</remarks>
public sealed class CheckpointEveryEpoch : Callback
{
    private readonly IFileSystem _files;

    /// <summary>Describes where and how often.</summary>
    /// <param name="folder">The folder, made where it does not exist. One fit, one folder.</param>
    /// <param name="keep">How many checkpoints stay; at least 1.</param>
    /// <param name="everySteps">Also after every so many steps of the trainer; 0 for none between epochs.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public CheckpointEveryEpoch(string folder, int keep = 2, int everySteps = 0)
        : this(folder, keep, everySteps, PhysicalFileSystem.Instance)
    {
    }

    internal CheckpointEveryEpoch(string folder, int keep, int everySteps, IFileSystem files)
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

    /// <summary>How many checkpoints stay.</summary>
    public int Keep { get; }

    /// <summary>After how many steps a checkpoint is written between epochs; 0 for none.</summary>
    public int EverySteps { get; }

    internal override bool RunsLast => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The folder holds checkpoints of another fit, which would be taken for later ones of this.</exception>
    public override void OnFitBegin(FitContext context)
    {
        Directory.CreateDirectory(Folder);
        if (!context.IsResumed && Checkpoint.FilesIn(Folder, _files).Any(file => file.Step > context.Trainer.StepCount))
        {
            throw new InvalidOperationException(
                $"{Folder} holds checkpoints of another fit. Resume from the last one (FitOptions.ResumeFrom), or give this fit a folder of its own.");
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

        // Later ones can lie here when the fit was resumed from an earlier one; they are left alone.
        string[] mine = Checkpoint.FilesIn(Folder, _files).Where(file => file.Step <= checkpoint.Step).Select(file => file.Path).ToArray();
        foreach (string path in mine.SkipLast(Keep))
            _files.Delete(path);
    }
}
