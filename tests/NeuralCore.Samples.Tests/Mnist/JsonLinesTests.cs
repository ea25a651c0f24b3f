using System.Text;
using System.Text.Json;
using NeuralCore.Samples.Mnist;
using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>The file of runs after a kill, on a full disk, or from another version.</summary>
public class JsonLinesTests
{
    private static readonly string One = Line(SampleRuns.Run("basic", 1, 0.9)), Two = Line(SampleRuns.Run("basic", 2, 0.91));

    [Fact]
    public void Runs_come_back_as_they_were()
    {
        MemoryStream stream = new();
        RunRecord run = SampleRuns.Run("basic", 7, 0.9123456789012345);
        using (JsonLines<RunRecord> lines = Open(stream, out _))
            lines.Append(run);

        Open(Copy(stream), out IReadOnlyList<RunRecord> read);
        read.Should().ContainSingle().Which.Should().BeEquivalentTo(run);
        Encoding.UTF8.GetString(stream.ToArray()).Should().EndWith("\n").And.Contain("\"predictions\":\"CQgHB");
    }

    [Fact]
    public void Cut_at_any_byte_only_the_last_line_is_lost()
    {
        byte[] whole = Encoding.UTF8.GetBytes(One + Two);
        int first = Encoding.UTF8.GetByteCount(One);
        // Every cut near the start and end of a line, and some in between.
        int[] cuts = Enumerable.Range(0, whole.Length + 1)
            .Where(i => i < 40 || Math.Abs(i - first) < 40 || whole.Length - i < 40 || i % 97 == 0).ToArray();
        foreach (int cut in cuts)
        {
            MemoryStream stream = Filled(whole[..cut]);
            using (JsonLines<RunRecord> lines = Open(stream, out IReadOnlyList<RunRecord> read))
            {
                read.Count.Should().Be((cut >= first - 1 ? 1 : 0) + (cut >= whole.Length - 1 ? 1 : 0), $"cut at {cut}");
                lines.Append(SampleRuns.Run("basic", 9, 0.5));
                read.Select(run => run.Seed).Should().Equal(Enumerable.Range(1, read.Count).Select(i => (long)i));
            }
            Open(Copy(stream), out IReadOnlyList<RunRecord> again);
            again[^1].Seed.Should().Be(9, $"cut at {cut}");
        }
    }

    [Fact]
    public void Zeros_after_a_cut_are_taken_back()
    {
        Open(Filled([.. Encoding.UTF8.GetBytes(One + "{\"schema\":1,"), .. new byte[50]]), out IReadOnlyList<RunRecord> read);
        read.Should().ContainSingle();
    }

    [Fact]
    public void Broken_line_between_whole_ones_is_named_and_nothing_changed()
    {
        MemoryStream stream = Filled(Encoding.UTF8.GetBytes(One + "{\"schema\":1,\n" + Two));
        long length = stream.Length;

        FluentActions.Invoking(() => Open(stream, out _)).Should().Throw<SampleException>().WithMessage("*runs.jsonl, line 2*");
        stream.ToArray().Should().HaveCount((int)length);
    }

    [Theory]
    [InlineData("{\"schema\":99,\"version\":\"9.0.0\"}\n", "*line 1*by NeuralCore 9.0.0 with schema 99*--out*")]
    [InlineData("{}\n{}\n", "*line 1*schema*")]
    [InlineData("[1]\n[2]\n", "*line 1*")]
    public void Lines_of_another_kind_are_refused(string text, string message) =>
        FluentActions.Invoking(() => Open(Filled(Encoding.UTF8.GetBytes(text)), out _))
            .Should().Throw<SampleException>().WithMessage(message);

    [Fact]
    public void Full_disk_takes_back_the_line_and_keeps_the_others()
    {
        FullStream stream = new(One.Length + Two.Length / 2);
        using JsonLines<RunRecord> lines = Open(stream, out _);
        lines.Append(SampleRuns.Run("basic", 1, 0.9));

        FluentActions.Invoking(() => lines.Append(SampleRuns.Run("basic", 2, 0.91)))
            .Should().Throw<SampleException>().WithMessage("Cannot write*no space*kept*");

        Encoding.UTF8.GetString(stream.ToArray()).Should().Be(One);
    }

    private static JsonLines<RunRecord> Open(Stream stream, out IReadOnlyList<RunRecord> read) =>
        JsonLines<RunRecord>.Open(stream, "runs.jsonl", RecordChecks.Runs, out read);

    private static string Line(RunRecord run) => JsonSerializer.Serialize(run, RecordContext.Default.RunRecord) + "\n";

    private static MemoryStream Filled(byte[] content)
    {
        MemoryStream stream = new();
        stream.Write(content);
        stream.Position = 0;
        return stream;
    }

    private static MemoryStream Copy(MemoryStream stream) => Filled(stream.ToArray());

    // A stream with a limited capacity. Like a disk, it stores the part of a write that fits.
    private sealed class FullStream(int room) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

        public override void Write(byte[] buffer, int offset, int count)
        {
            int fits = (int)Math.Min(count, room - Position);
            base.Write(buffer, offset, fits);
            if (fits < count)
                throw new IOException("no space left on device.");
        }
    }
}
