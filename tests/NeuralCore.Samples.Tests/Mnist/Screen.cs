using System.Globalization;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>
/// The text that a terminal shows after the control codes written to it. Supports only cursor up, erase line, colours and hiding the
/// cursor.
/// </summary>
internal sealed class Screen
{
    internal StringWriter Writer { get; } = new();

    internal bool IsCursorShown => Writer.ToString().LastIndexOf("\u001b[?25h", StringComparison.Ordinal)
        > Writer.ToString().LastIndexOf("\u001b[?25l", StringComparison.Ordinal);

    /// <summary>The lines from the first to the last that is not empty, without trailing spaces.</summary>
    internal string[] Lines()
    {
        List<List<char>> lines = [[]];
        int row = 0;
        int column = 0;
        string text = Writer.ToString();
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\r':
                    column = 0;
                    break;
                case '\n':
                    column = 0;
                    if (++row == lines.Count)
                        lines.Add([]);
                    break;
                case '\u001b':
                    int end = i + 2;
                    while (!char.IsAsciiLetter(text[end]))
                        end++;
                    string parameters = text[(i + 2)..end];
                    switch (text[end])
                    {
                        case 'A':
                            row = Math.Max(0, row - int.Parse(parameters, CultureInfo.InvariantCulture));
                            break;
                        case 'K' when parameters == "2":
                            lines[row].Clear();
                            break;
                        case 'm' or 'h' or 'l':
                            break;
                        default:
                            throw new NotSupportedException($"The code ESC [{parameters}{text[end]}.");
                    }
                    i = end;
                    break;
                default:
                    while (lines[row].Count <= column)
                        lines[row].Add(' ');
                    lines[row][column++] = text[i];
                    break;
            }
        }
        string[] shown = lines.Select(line => new string([.. line]).TrimEnd()).ToArray();
        return shown[..(Array.FindLastIndex(shown, line => line.Length > 0) + 1)];
    }
}
