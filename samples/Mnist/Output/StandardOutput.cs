using System.Text;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Standard output with errors that name it, so that a full disk or a closed pipe is not blamed on another file.</summary>
internal sealed class StandardOutput(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Replaces <see cref="Console.Out"/>.</summary>
    internal static void Install() => Console.SetOut(new StandardOutput(Console.Out));

    public override void Write(char value) => Guard(() => inner.Write(value));

    public override void Write(string? value) => Guard(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Guard(() => inner.Write(buffer, index, count));

    public override void WriteLine(string? value) => Guard(() => inner.WriteLine(value));

    public override void Flush() => Guard(inner.Flush);

    private static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (FileError.Is(e))
        {
            throw new SampleException($"Cannot write to standard output: {FileError.Reason(e)}.", e);
        }
    }
}
