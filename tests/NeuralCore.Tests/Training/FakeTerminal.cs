using System.Text;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>A terminal that shows what is written to it: carriage return, backspace and line feed, as every terminal knows them.</summary>
internal sealed class FakeTerminal(int width = 80) : StringWriter, ITerminal
{
    public int Width { get; set; } = width;

    /// <summary>The lines on the screen; a line longer than the terminal is wide goes on in the next.</summary>
    internal string[] Lines()
    {
        List<StringBuilder> lines = [new()];
        int column = 0;
        foreach (char character in ToString())
        {
            switch (character)
            {
                case '\r':
                    column = 0;
                    break;
                case '\b':
                    column--;
                    break;
                case '\n':
                    lines.Add(new StringBuilder());
                    column = 0;
                    break;
                default:
                    if (column == Width)
                    {
                        lines.Add(new StringBuilder());
                        column = 0;
                    }
                    if (column < lines[^1].Length)
                        lines[^1][column] = character;
                    else
                        lines[^1].Append(character);
                    column++;
                    break;
            }
        }
        return lines.Select(line => line.ToString().TrimEnd()).ToArray();
    }
}
