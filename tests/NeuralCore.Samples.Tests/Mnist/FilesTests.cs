using System.Diagnostics;
using System.Text;
using System.Text.Json;
using NeuralCore.Samples.Mnist.Data;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>The sample's files: models, checkpoints, and images to predict.</summary>
public sealed class FilesTests : IDisposable
{
    private readonly SmallMnist _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_saved_model_predicts_images_and_a_bad_image_gets_a_line()
    {
        string model = _data.PathOf("model.safetensors");
        Run("run", "basic", "--epochs", "1", "--batch", "64", "--save", model).ExitCode.Should().Be(0);
        byte[] pixels = LabelledImages.Read(_data.PathOf("t10k-images-idx3-ubyte"), _data.PathOf("t10k-labels-idx1-ubyte"))
            .Pixels(7).ToArray();
        File.WriteAllBytes(_data.PathOf("seven.pgm"), [.. "P5\n# a comment\n28 28 255\n"u8, .. pixels]);
        File.WriteAllText(_data.PathOf("words.pgm"), $"P2 28 28\n255\n{string.Join(' ', pixels)}\n");
        File.WriteAllText(_data.PathOf("bad.pgm"), "P5 27 28 255\n");

        SampleProcess run = Run(
            "predict", model, "test:7", _data.PathOf("seven.pgm"), _data.PathOf("bad.pgm"), _data.PathOf("words.pgm"), "test:50",
            _data.PathOf("none.pgm"));

        run.ExitCode.Should().Be(1);
        string[] lines = run.OutputLines.ToArray();
        lines[0].Should().MatchRegex(@"^test:7: \d \(p = [01]\.\d{4}\), truth 7$");
        string prediction = lines[0]["test:7: ".Length..^", truth 7".Length];
        lines[1].Should().EndWith($"seven.pgm: {prediction}");
        lines[2].Should().EndWith($"words.pgm: {prediction}");
        run.ErrorLines.Should().HaveCount(3);
        run.Error.Should().Contain("expected an image of 28 x 28, found 27 x 28").And.Contain("0 to 49").And.Contain("none.pgm");
        Run("predict", _data.PathOf("seven.pgm"), "test:0").Error.Should().Contain("seven.pgm, offset 0: expected a safetensors file");
    }

    [SkippableFact]
    public void An_interrupted_run_goes_on_to_the_same_weights()
    {
        Skip.If(OperatingSystem.IsWindows(), "Needs kill.");
        string folder = _data.PathOf("checkpoints");
        string[] arguments =
        [
            "run", "baseline", "--epochs", "120", "--batch", "8", "--json", _data.PathOf("resumed.json"), "--checkpoint", folder,
        ];

        SampleProcess interrupted = SampleProcess.RunUntil(
            "epoch 3/", process => Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit(), [.. arguments, "--data", _data.Folder]);
        interrupted.ExitCode.Should().Be(130);
        interrupted.ErrorLines.Should().ContainSingle()
            .Which.Should().Be("Interrupted: stopped between two steps, --resume goes on from there.");
        Run(arguments).ErrorLines.Should().ContainSingle().Which.Should().Contain("another run");
        Run([.. arguments, "--resume", "--seed", "2"]).ErrorLines.Should().ContainSingle()
            .Which.Should().Contain("seed: 1 in the checkpoint, 2 now");

        Run([.. arguments, "--resume", "--threads", "1"]).ExitCode.Should().Be(0);
        Run("run", "baseline", "--epochs", "120", "--batch", "8", "--json", _data.PathOf("whole.json")).ExitCode.Should().Be(0);
        Epochs("resumed.json").Should().Be(120);
        Hash("resumed.json").Should().Be(Hash("whole.json"));
    }

    [Fact]
    public void Resuming_needs_a_folder_with_a_checkpoint()
    {
        Run("run", "basic", "--resume").ExitCode.Should().Be(2);
        SampleProcess empty = Run("run", "basic", "--resume", "--checkpoint", _data.PathOf("nothing"));
        empty.ExitCode.Should().Be(1);
        empty.ErrorLines.Should().ContainSingle().Which.Should().Contain("There is no checkpoint");
        Run("run", "basic", "--save", _data.Folder).ErrorLines.Should().ContainSingle().Which.Should().Contain("--save takes a file");
    }

    [Theory]
    [InlineData("", "offset 0")]
    [InlineData("P6 28 28 255\n", "offset 0")]
    [InlineData("P5", "a width")]
    [InlineData("P5 28", "a height")]
    [InlineData("P5 28 28", "the value of white")]
    [InlineData("P5 28 28 0\n", "1 to 255, found 0")]
    [InlineData("P5 28 28 65535\n", "1 to 255, found 65535")]
    [InlineData("P5 999999999999 28 255\n", "a width")]
    [InlineData("P5 28 28 255", "found 0 bytes")]
    [InlineData("P5 28 28 255\nabc", "found 3 bytes")]
    [InlineData("P2 28 28 255\n1 2 3", "pixel 3")]
    [InlineData("P2 28 28 7\n8", "at most 7, found 8")]
    public void Wrong_images_are_refused(string text, string reason)
    {
        File.WriteAllBytes(_data.PathOf("x.pgm"), Encoding.ASCII.GetBytes(text));

        Action read = () => PgmFile.Read(_data.PathOf("x.pgm"), 28);

        read.Should().Throw<InvalidDataException>().WithMessage($"*x.pgm*{reason}*");
    }

    private SampleProcess Run(params string[] arguments) => SampleProcess.Run([], [.. arguments, "--data", _data.Folder]);

    private JsonElement Json(string name) => JsonDocument.Parse(File.ReadAllText(_data.PathOf(name))).RootElement;

    private string? Hash(string name) => Json(name).GetProperty("weightsSha256").GetString();

    private int Epochs(string name) => Json(name).GetProperty("history").GetArrayLength();
}
