using System.Text;
using Spectre.Console;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Standard output: a terminal of some width and abilities, or a file.</summary>
internal sealed class Terminal
{
    // A file has no width; lines are not folded.
    private const int FileWidth = 4000;

    private Terminal(IAnsiConsole console) => Console = console;

    /// <summary>What writes.</summary>
    internal IAnsiConsole Console { get; }

    /// <summary>Characters in a line.</summary>
    internal int Width => Console.Profile.Width;

    /// <summary>Whether written lines can be written over.</summary>
    internal bool CanMoveCursor => Console.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Whether line-drawing characters show.</summary>
    internal bool HasUnicode => Console.Profile.Capabilities.Unicode;

    /// <summary>Standard output as it is. A file gets no control codes, whatever build server the environment speaks of.</summary>
    internal static Terminal Open()
    {
        bool isFile = System.Console.IsOutputRedirected;
        bool isDumb = isFile || Environment.GetEnvironmentVariable("TERM") == "dumb";
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isDumb ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isDumb || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isDumb ? InteractionSupport.No : InteractionSupport.Detect,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            EnvironmentVariables = [],
            Out = new AnsiConsoleOutput(System.Console.Out),
        });
        if (isFile)
            console.Profile.Width = FileWidth;
        if (isDumb)
            console.Profile.Capabilities.Unicode = false;
        return new Terminal(console);
    }

    /// <summary>Writes to anything; for tests.</summary>
    internal static Terminal To(TextWriter writer, int width, bool isInteractive = false)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isInteractive ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = isInteractive ? InteractionSupport.Yes : InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            EnvironmentVariables = [],
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = false;
        return new Terminal(console);
    }

    /// <summary>A line of text, or several, folded between words where they are too long.</summary>
    internal void Line(string text = "")
    {
        foreach (string line in text.Split('\n'))
        {
            // Where nothing moves and nothing is too long, nothing of what folds is even compiled.
            if (!CanMoveCursor && line.Length < Width)
                Console.Profile.Out.Writer.WriteLine(line);
            else
                Console.Write(new Text(line + "\n"));
        }
    }

    /// <summary>Text that is not folded and ends no line; for a line that is written over.</summary>
    internal void Part(string text)
    {
        Console.Profile.Out.Writer.Write(text);
        Console.Profile.Out.Writer.Flush();
    }

    /// <summary>One message to standard error: one line, or in a terminal folded between words.</summary>
    internal static void Error(string message)
    {
        string line = message.ReplaceLineEndings(" ");
        System.Console.Error.WriteLine(System.Console.IsErrorRedirected ? line : Fold(line, ErrorWidth()));
    }

    /// <summary>Breaks a line between words so that no part is longer than <paramref name="width"/>, save for words that are.</summary>
    internal static string Fold(string line, int width)
    {
        StringBuilder folded = new();
        int column = 0;
        foreach (string word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (column > 0 && column + 1 + word.Length > width)
            {
                folded.Append('\n');
                column = 0;
            }
            else if (column > 0)
            {
                folded.Append(' ');
                column++;
            }
            folded.Append(word);
            column += word.Length;
        }
        return folded.ToString();
    }

    private static int ErrorWidth()
    {
        try
        {
            return System.Console.WindowWidth is > 0 and int width ? width : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
