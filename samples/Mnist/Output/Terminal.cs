using System.Text;
using Spectre.Console;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>Standard output: a terminal of some width and abilities, or a file.</summary>
internal sealed class Terminal
{
    /// <summary>A file has no width; lines are not folded.</summary>
    internal const int FileWidth = 4000;

    private readonly TextWriter _writer;
    private readonly int? _width;
    private readonly bool? _isInteractive;
    private IAnsiConsole? _console;

    /// <param name="writer">Where to.</param>
    /// <param name="width">The width, or null for what the terminal says.</param>
    /// <param name="isInteractive">Whether control codes move what is written there, or null for what the terminal says.</param>
    private Terminal(TextWriter writer, int? width, bool? isInteractive)
    {
        _writer = writer;
        _width = width;
        _isInteractive = isInteractive;
    }

    /// <summary>What folds and draws. Made when it is first asked for: a file needs none of it, and making it takes 10 ms of a process.</summary>
    internal IAnsiConsole Console => _console ??= CreateConsole();

    /// <summary>Characters in a line.</summary>
    internal int Width => _width ?? Console.Profile.Width;

    /// <summary>Whether written lines can be written over.</summary>
    internal bool CanMoveCursor => _isInteractive != false && Console.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Whether line-drawing characters show.</summary>
    internal bool HasUnicode => _isInteractive is null && Console.Profile.Capabilities.Unicode;

    /// <summary>Standard output as it is. A file gets no control codes, whatever build server the environment speaks of.</summary>
    internal static Terminal Open()
    {
        bool isFile = System.Console.IsOutputRedirected;
        bool isDumb = isFile || Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Terminal(System.Console.Out, isFile ? FileWidth : null, isDumb ? false : null);
    }

    /// <summary>Writes to anything of some width, without colours or line-drawing characters.</summary>
    internal static Terminal To(TextWriter writer, int width, bool isInteractive = false) => new(writer, width, isInteractive);

    /// <summary>A line of text, or several, folded between words where they are too long.</summary>
    internal void Line(string text = "")
    {
        foreach (string line in text.Split('\n'))
        {
            // Where nothing moves and nothing is too long, nothing of what folds is even compiled.
            if (!CanMoveCursor && line.Length < Width)
                _writer.WriteLine(line);
            else
                WriteFolded(line);
        }
    }

    /// <summary>Text that is not folded and ends no line; for a line that is written over.</summary>
    internal void Part(string text)
    {
        _writer.Write(text);
        _writer.Flush();
    }

    /// <summary>One message to standard error: one line, or in a terminal folded between words.</summary>
    internal static void Error(string message)
    {
        string line = message.ReplaceLineEndings(" ");
        try
        {
            System.Console.Error.WriteLine(System.Console.IsErrorRedirected ? line : Fold(line, ErrorWidth()));
        }
        catch (Exception e) when (FileError.Is(e))
        {
            // Standard error is closed or full: nobody is left to be told. The exit code says it.
        }
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

    private void WriteFolded(string line) => Console.Write(new Text(line + "\n"));

    private IAnsiConsole CreateConsole()
    {
        bool hasColors = _isInteractive is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = _isInteractive switch { true => AnsiSupport.Yes, false => AnsiSupport.No, null => AnsiSupport.Detect },
            ColorSystem = hasColors ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = _isInteractive switch { true => InteractionSupport.Yes, false => InteractionSupport.No, null => InteractionSupport.Detect },
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
