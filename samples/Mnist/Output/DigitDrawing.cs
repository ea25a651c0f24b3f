using System.Text;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Output;

/// <summary>
/// Draws images with characters, two rows of pixels a line: half blocks if the terminal shows them, else ASCII. Images are side by side if
/// they fit, else one above the other. If one image is too wide, its middle columns are drawn; if those are, only the captions are.
/// </summary>
internal static class DigitDrawing
{
    private const int Side = Experiment.ImageSide;
    private const int Gap = 3;

    // MNIST centres each digit's box of 20 x 20.
    private const int Middle = 20;

    // From no ink to full ink. A pair of pixels is drawn as its mean.
    private const string Shades = " .:-=+*#%@";

    // With only two shades, a pixel counts as ink from this value.
    private const int Threshold = 96;

    /// <summary>The first images, with a caption for each.</summary>
    internal static void Write(Terminal terminal, LabelledImages images, IReadOnlyList<string> captions)
    {
        int columns = Columns(terminal.Width);
        string[][] drawings = Enumerable.Range(0, captions.Count)
            .Select(image => columns == 0 ? [] : Draw(images.Pixels(image), columns, terminal.HasUnicode)).ToArray();
        if (captions.Count * (columns + Gap) < terminal.Width)
        {
            foreach (int line in Inked(drawings))
                terminal.Line(string.Join(new string(' ', Gap), drawings.Select(drawing => drawing[line].PadRight(columns))).TrimEnd());
            foreach (string caption in captions)
                terminal.Line($"  {caption}");
            return;
        }
        for (int image = 0; image < captions.Count; image++)
        {
            foreach (int line in Inked([drawings[image]]))
                terminal.Line(drawings[image][line]);
            terminal.Line($"  {captions[image]}");
        }
    }

    /// <summary>An image as lines of text, without trailing spaces.</summary>
    /// <param name="pixels">28 x 28 bytes.</param>
    /// <param name="columns">How many of its middle columns to draw.</param>
    /// <param name="hasBlocks">Whether to draw half blocks.</param>
    internal static string[] Draw(ReadOnlySpan<byte> pixels, int columns, bool hasBlocks)
    {
        int left = (Side - columns) / 2;
        string[] lines = new string[Side / 2];
        StringBuilder text = new(columns);
        for (int line = 0; line < lines.Length; line++)
        {
            text.Clear();
            for (int column = left; column < left + columns; column++)
            {
                byte upper = pixels[2 * line * Side + column];
                byte lower = pixels[(2 * line + 1) * Side + column];
                text.Append(hasBlocks
                    ? Block(upper >= Threshold, lower >= Threshold)
                    : Shades[(upper + lower) * (Shades.Length - 1) / (2 * byte.MaxValue)]);
            }
            lines[line] = text.ToString().TrimEnd();
        }
        return lines;
    }

    // From the first to the last line on which any drawing has ink.
    private static IEnumerable<int> Inked(string[][] drawings)
    {
        int[] inked = Enumerable.Range(0, drawings[0].Length)
            .Where(line => drawings.Any(drawing => drawing[line].Length > 0)).ToArray();
        return inked.Length == 0 ? [] : Enumerable.Range(inked[0], inked[^1] - inked[0] + 1);
    }

    private static int Columns(int width) => width > Side ? Side : width > Middle ? Middle : 0;

    private static char Block(bool upper, bool lower) => (upper, lower) switch
    {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        _ => ' ',
    };
}
