using System.Text;
using Spectre.Console;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Standard output: a terminal with its width and capabilities, or a file.</summary>
internal sealed class Terminal
{
    /// <summary>A file has no width; lines are not folded.</summary>
    internal const int FileWidth = 4000;

    private readonly TextWriter _writer;
    private readonly int? _width;
    private readonly bool? _isInteractive;
    private IAnsiConsole? _console;

    /// <param name="writer">The output.</param>
    /// <param name="width">The width, or null to ask the terminal.</param>
    /// <param name="isInteractive">Whether control codes work, or null to ask the terminal.</param>
    private Terminal(TextWriter writer, int? width, bool? isInteractive)
    {
        _writer = writer;
        _width = width;
        _isInteractive = isInteractive;
    }

    /// <summary>Folds and draws text. Created on first use: a file does not need it, and creating it takes 10 ms.</summary>
    internal IAnsiConsole Console => _console ??= CreateConsole();

    /// <summary>The characters in a line.</summary>
    internal int Width => _width ?? Console.Profile.Width;

    /// <summary>Whether lines can be overwritten.</summary>
    internal bool CanMoveCursor => _isInteractive != false && Console.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Whether the terminal shows line-drawing characters.</summary>
    internal bool HasUnicode => _isInteractive is null && Console.Profile.Capabilities.Unicode;

    /// <summary>Standard output. A file gets no control codes, even if the environment names a build server.</summary>
    internal static Terminal Open()
    {
        bool isFile = System.Console.IsOutputRedirected;
        bool isDumb = isFile || Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Terminal(System.Console.Out, isFile ? FileWidth : null, isDumb ? false : null);
    }

    /// <summary>Writes to a writer with the given width, without colours or line-drawing characters.</summary>
    internal static Terminal To(TextWriter writer, int width, bool isInteractive = false) => new(writer, width, isInteractive);

    /// <summary>Writes one or more lines of text, folded between words if they are too long.</summary>
    internal void Line(string text = "")
    {
        foreach (string line in text.Split('\n'))
        {
            // A short line without live output does not even compile the code that folds.
            if (!CanMoveCursor && line.Length < Width)
                _writer.WriteLine(line);
            else
                WriteFolded(line);
        }
    }

    /// <summary>Writes text without folding or ending the line, for a line that will be overwritten.</summary>
    internal void Part(string text)
    {
        _writer.Write(text);
        _writer.Flush();
    }

    /// <summary>Writes a message to standard error: one line, or folded between words in a terminal.</summary>
    internal static void Error(string message)
    {
        string line = message.ReplaceLineEndings(" ");
        try
        {
            System.Console.Error.WriteLine(System.Console.IsErrorRedirected ? line : Fold(line, ErrorWidth()));
        }
        catch (Exception e) when (FileError.Is(e))
        {
            // Standard error is closed or full. Only the exit code can report the failure.
        }
    }

    /// <summary>Breaks a line between words so that no part is longer than <paramref name="width"/>, except for longer words.</summary>
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

    private void WriteFolded(string line) => Console.Write(new Text(line + "\n"));

    private IAnsiConsole CreateConsole()
    {
        bool hasColors = _isInteractive is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = _isInteractive switch { true => AnsiSupport.Yes, false => AnsiSupport.No, null => AnsiSupport.Detect },
            ColorSystem = hasColors ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = _isInteractive switch
            {
                true => InteractionSupport.Yes,
                false => InteractionSupport.No,
                null => InteractionSupport.Detect,
            },
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            EnvironmentVariables = [],
            Out = new AnsiConsoleOutput(_writer),
        });
        if (_width is { } width)
            console.Profile.Width = width;
        if (_isInteractive is not null)
            console.Profile.Capabilities.Unicode = false;
        return console;
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
