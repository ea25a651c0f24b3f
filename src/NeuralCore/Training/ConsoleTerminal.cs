namespace NeuralCore.Training;

/// <summary>The console, if it is one that a line can be rewritten on.</summary>
internal sealed class ConsoleTerminal : ITerminal
{
    private ConsoleTerminal()
    {
    }

    /// <inheritdoc/>
    public int Width
    {
        get
        {
            try
            {
                return Console.WindowWidth;
            }
            catch (Exception e) when (e is IOException or PlatformNotSupportedException)
            {
                return 0;
            }
        }
    }

    /// <summary>The console behind a writer; null for a file, a pipe, another writer, or where the user wants plain text.</summary>
    /// <param name="writer">The writer.</param>
    internal static ITerminal? Behind(TextWriter writer) => Behind(
        writer == Console.Out ? !Console.IsOutputRedirected : writer == Console.Error && !Console.IsErrorRedirected,
        // A writer given to Console.SetOut is not the console's own; most encode otherwise.
        writer.Encoding.CodePage == Console.OutputEncoding.CodePage,
        Environment.GetEnvironmentVariable);

    /// <inheritdoc cref="Behind(TextWriter)"/>
    /// <param name="isConsole">Whether the writer is the console's and not redirected.</param>
    /// <param name="hasItsEncoding">Whether it has the console's encoding.</param>
    /// <param name="environment">Reads an environment variable.</param>
    internal static ITerminal? Behind(bool isConsole, bool hasItsEncoding, Func<string, string?> environment) =>
        isConsole && hasItsEncoding && string.IsNullOrEmpty(environment("NO_COLOR")) && environment("TERM") != "dumb"
            ? new ConsoleTerminal()
            : null;
}
