using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Output;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Images drawn with characters.</summary>
public class DigitDrawingTests
{
    [Fact]
    public void Two_rows_make_a_line()
    {
        byte[] pixels = new byte[784];
        pixels[28 + 3] = 255;
        pixels[4] = 255;
        pixels[5] = pixels[28 + 5] = 255;
        pixels[6] = 95;
        pixels[783] = 255;

        string[] blocks = DigitDrawing.Draw(pixels, 28, hasBlocks: true);
        blocks.Should().HaveCount(14);
        blocks[0].Should().Be("   ▄▀█");
        blocks[13].Should().Be(new string(' ', 27) + "▄");
        blocks[1].Should().BeEmpty();
        DigitDrawing.Draw(pixels, 28, hasBlocks: false)[0].Should().Be("   ==@.");
        // The middle 20 columns start with the fifth.
        DigitDrawing.Draw(pixels, 20, hasBlocks: true)[0].Should().Be("▀█");
    }

    [Theory]
    [InlineData(4000, true)]
    [InlineData(100, true)]
    [InlineData(80, false)]
    [InlineData(40, false)]
    [InlineData(25, false)]
    [InlineData(15, false)]
    public void Drawings_fit_and_captions_follow(int width, bool isSideBySide)
    {
        LabelledImages images = SyntheticDigits.Draw(3, 1).Training;
        StringWriter writer = new();
        DigitDrawing.Write(Terminal.To(writer, width), images, ["one", "two", "three"]);

        string[] lines = writer.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        lines.Should().OnlyContain(line => line.Length < width && line == line.TrimEnd());
        int[] captions = new[] { "  one", "  two", "  three" }.Select(caption => Array.IndexOf(lines, caption)).ToArray();
        captions.Should().BeInAscendingOrder().And.NotContain(-1);
        lines[^1].Should().Be("  three");
        lines.Count(line => line.Any(c => c is '#' or '@' or '%' or '*')).Should().BeGreaterThan(width < 21 ? -1 : isSideBySide ? 7 : 21);
        (captions[1] - captions[0] == 1).Should().Be(isSideBySide || width < 21);
    }
}
