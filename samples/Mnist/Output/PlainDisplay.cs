namespace NeuralCore.Samples.Mnist.Output;

/// <summary>One line an epoch, for files, pipes and terminals that cannot move the cursor.</summary>
internal sealed class PlainDisplay(Terminal terminal) : TrainingDisplay
{
    protected override void OnEpoch(EpochRow row)
    {
        if (terminal.Width < 78)
        {
            EpochColumns columns = EpochColumns.For(row.Epochs, terminal.Width);
            if (row.Epoch == 1)
                terminal.Line(columns.Header);
            terminal.Line(columns.Format(row));
            return;
        }
        terminal.Line(
            $"epoch {Numbers.Plain(row.Epoch)}/{Numbers.Plain(row.Epochs)}: "
            + $"loss {Numbers.Fixed(row.Loss)}, accuracy {Numbers.Fixed(row.Accuracy)}, "
            + $"{Numbers.Grouped(row.SamplesPerSecond)} samples/s, {Numbers.Duration(row.Left)} left");
    }
}
