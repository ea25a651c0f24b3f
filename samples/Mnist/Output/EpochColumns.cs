namespace NeuralCore.Samples.Mnist.Output;

/// <summary>The columns of the epoch table. A narrow terminal gets fewer columns, never a truncated number.</summary>
internal sealed class EpochColumns
{
    private readonly (string Title, int Width, Func<EpochRow, string> Text)[] _columns;

    private EpochColumns((string, int, Func<EpochRow, string>)[] columns) => _columns = columns;

    /// <summary>The titles.</summary>
    internal string Header => string.Concat(_columns.Select(column => column.Title.PadLeft(column.Width)));

    /// <summary>The columns that fit, the most important first.</summary>
    internal static EpochColumns For(int epochs, int width)
    {
        int digits = Numbers.Plain(epochs).Length;
        (string, int Width, Func<EpochRow, string>)[] all =
        [
            ("epoch", Math.Max(5, 2 * digits + 1), row => $"{Numbers.Plain(row.Epoch)}/{Numbers.Plain(row.Epochs)}"),
            ("loss", 9, row => Numbers.Fixed(row.Loss)),
            ("accuracy", 9, row => Numbers.Fixed(row.Accuracy)),
            ("samples/s", 10, row => Numbers.Grouped(row.SamplesPerSecond)),
            ("left", 6, row => Numbers.Duration(row.Left)),
        ];
        int used = 0;
        return new EpochColumns(all.TakeWhile(column => (used += column.Width) < width).ToArray());
    }

    /// <summary>One epoch's row.</summary>
    internal string Format(EpochRow row) => string.Concat(_columns.Select(
        (column, i) => (i == 0 ? column.Text(row) : " " + column.Text(row)).PadLeft(column.Width)));
}
