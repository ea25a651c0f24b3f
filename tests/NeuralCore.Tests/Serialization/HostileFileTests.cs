using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NeuralCore.Layers;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Training;
using NeuralCore.Training;

namespace NeuralCore.Tests.Serialization;

/// <summary>
/// Files whose digest is right and whose content is hostile: a typed error, under a second, at most twice the file and 1 MB of memory.
/// </summary>
public partial class HostileFileTests
{
    [GeneratedRegex("""(\\"callbacks\\":)\[.*?\]\}\]""")]
    private static partial Regex CallbackList();

    [Fact]
    public void Slots_named_again_and_again_are_refused()
    {
        byte[] file = LargeCheckpoint();
        string slots = string.Join(',', Enumerable.Repeat("\\\"m\\\"", 1000));
        byte[] hostile = HostileFiles.Rewrite(file, "[\\\"m\\\",\\\"v\\\"]", $"[{slots}]");
        HostileFiles.Forge(hostile).Should().BeTrue();

        HostileFiles.ShouldBeRefused(hostile, HostileFiles.LoadCheckpoint).Should().StartWith("c, offset 8: expected a checkpoint");
    }

    [Theory]
    [InlineData("\\\"slots\\\":[\\\"m\\\",\\\"v\\\"]", "\\\"slots\\\":[\\\"m\\\",\\\"m\\\"]", "state/slot/m is named twice")]
    [InlineData("\\\"slots\\\":[\\\"m\\\",\\\"v\\\"]", "\\\"slots\\\":[\\\"m\\\"]", "the array state/slot/v is unknown")]
    [InlineData("\\\"arrays\\\":[\\\"bestWeights\\\"]", "\\\"arrays\\\":[\\\"bestWeights\\\",\\\"bestWeights\\\"]",
        "bestWeights is named twice")]
    [InlineData("\\\"arrays\\\":[\\\"bestWeights\\\"]", "\\\"arrays\\\":[]",
        "the array state/callback/EarlyStopping/bestWeights is unknown")]
    [InlineData("\\\"callbacks\\\":[",
        "\\\"callbacks\\\":[{\\\"name\\\":\\\"EarlyStopping\\\",\\\"values\\\":{},\\\"arrays\\\":[]},",
        "the state of one callback twice")]
    [InlineData("\\\"callbacks\\\":[",
        "\\\"callbacks\\\":[{\\\"name\\\":\\\"EarlyStopping\\\",\\\"values\\\":{},\\\"arrays\\\":[\\\"bestWeights\\\"]},",
        "bestWeights is named twice")]
    [InlineData("\\\"wait\\\":", "\\\"bestEpoch\\\":\\\"1\\\",\\\"wait\\\":", "\\\"bestEpoch\\\" occurs twice")]
    [InlineData("\\\"metrics\\\":", "\\\"metrics\\\":\\\"x\\\",\\\"metrics\\\":", "\\\"metrics\\\" occurs twice")]
    public void Every_array_of_a_checkpoint_has_one_purpose(string from, string to, string reason)
    {
        byte[] file = HostileFiles.Rewrite(HostileFiles.Checkpoint(), from, to);
        HostileFiles.Forge(file).Should().BeTrue();

        HostileFiles.ShouldBeRefused(file, HostileFiles.LoadCheckpoint).Should().Contain(reason.Replace("\\\"", "\""));
    }

    [Fact]
    public void Two_names_that_lead_to_one_array_are_refused()
    {
        // "a/b" of a callback "x", and "b" of a callback "x/a".
        const string callbacks = """[{"name":"x","values":{},"arrays":["a/b"]},{"name":"x/a","values":{},"arrays":["b"]}]""";
        byte[] file = HostileFiles.Rewrite(HostileFiles.Checkpoint(), header =>
            CallbackList().Replace(header, "$1" + callbacks.Replace("\"", "\\\""))
            .Replace("state/callback/EarlyStopping/bestWeights", "state/callback/x/a/b"));
        HostileFiles.Forge(file).Should().BeTrue();

        HostileFiles.ShouldBeRefused(file, HostileFiles.LoadCheckpoint).Should().Contain("state/callback/x/a/b is named twice");
    }

    [Fact]
    public void A_layer_of_45000_settings_is_refused()
    {
        string settings = string.Join(',', Enumerable.Range(0, 45_000).Select(i => $"\\\"s{i}\\\":{i}"));
        byte[] file = HostileFiles.Rewrite(HostileFiles.Model(), "\\\"settings\\\":{}", "\\\"settings\\\":{" + settings + "}");
        HostileFiles.Forge(file).Should().BeTrue();

        HostileFiles.ShouldBeRefused(file, HostileFiles.LoadModel);
    }

    public static TheoryData<string> ModelTexts => new(Models.Keys);

    [Theory]
    [MemberData(nameof(ModelTexts))]
    public void A_description_of_any_size_keeps_to_time_and_memory(string what)
    {
        string text = Models[what]();
        byte[] file = HostileFiles.Rewrite(HostileFiles.Model(), header => Header("neuralcore.model", text, header));
        HostileFiles.Forge(file).Should().BeTrue();
        int layers = text.Split("\"trainable\"").Length - 1;

        // More than may be are not even made.
        HostileFiles.ShouldBeRefused(file, HostileFiles.LoadModel, layers <= ModelJson.MostLayers ? layers : 0);
    }

    public static TheoryData<string> HeaderTexts => new(Headers.Keys);

    [Theory]
    [MemberData(nameof(HeaderTexts))]
    public void A_header_of_any_size_keeps_to_time_and_memory(string what)
    {
        byte[] file = ModelFileTests.Foreign(Headers[what](), 4);

        HostileFiles.ShouldBeRefused(file, HostileFiles.Open);
    }

    [Fact]
    public void The_largest_header_that_is_read_keeps_to_the_memory_too()
    {
        StringBuilder header = new("{");
        for (int i = 0; i < SafeTensorsHeader.MostTensors - 1; i++)
            header.Append(CultureInfo.InvariantCulture,
                $"\"{i:D40}\":{{\"dtype\":\"F32\",\"shape\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],\"data_offsets\":[0,0]}},");
        header.Append("\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}");
        byte[] file = ModelFileTests.Foreign(header.ToString(), 4);
        long before = GC.GetAllocatedBytesForCurrentThread();

        HostileFiles.Open(new MemoryStream(file));

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2L * file.Length + HostileFiles.Overhead);
    }

    // Escaped once more than JSON, as texts in the header are.
    private static Dictionary<string, Func<string>> Models { get; } = new()
    {
        ["input shape"] = () => Description("1" + string.Concat(Enumerable.Repeat(",1", 200_000)), Layer("Flatten")),
        ["layers"] = () => Description("4,3", string.Join(',', Enumerable.Range(0, 3_500).Select(i => Layer("ReLU", $"r{i}")))),
        ["as many layers as may be, and one wrong"] = () => Description(
            "4,3",
            string.Join(',', Enumerable.Range(0, 2_000).Select(i => Layer("ReLU", $"r{i}")).Append(Layer("ReLU", "r", Settings(33))))),
        ["dense layers without weights"] = () =>
            Description("12", string.Join(',', Enumerable.Range(0, 1_300).Select(i => Layer("Dense", $"d{i}", DenseSettings)))),
        ["more layers"] = () => Description("4,3", string.Join(',', Enumerable.Range(0, 8_000).Select(i => Layer("ReLU", $"r{i}")))),
        ["settings of all layers"] = () =>
            Description("4,3", string.Join(',', Enumerable.Range(0, 800).Select(i => Layer("ReLU", $"r{i}", Settings(30))))),
        ["settings within settings"] = () => Description(
            "4,3",
            Layer("ReLU", "r", Repeat("\"a\":{\"kind\":\"A\",\"text\":\"\",\"settings\":{", 20) + Settings(60) + Repeat("}}", 20))),
        ["deep"] = () =>
            Description("4,3", string.Concat(Enumerable.Repeat("[", 200_000)) + string.Concat(Enumerable.Repeat("]", 200_000))),
        ["a long text"] = () => Description("4,3", Layer("ReLU", "r", "\"a\":\"" + new string('x', 400_000) + "\"")),
        ["a long name"] = () => Description("4,3", Layer("ReLU", new string('x', 400_000))),
        ["a long kind"] = () => Description("4,3", Layer(new string('x', 10_000))),
        ["a long number"] = () => Description("4,3", Layer("ReLU", "r", "\"a\":" + new string('1', 400_000))),
        ["members"] = () => "{" + string.Join(',', Enumerable.Range(0, 40_000).Select(i => $"\"{i}\":1")) + "}",
        ["all that fits"] = () => Description("4,3", new string(' ', 900_000)),
    };

    private static Dictionary<string, Func<string>> Headers { get; } = new()
    {
        ["tiny arrays"] = () => Arrays(20_000, i => $"{i}"),
        ["long names"] = () => Arrays(500, i => $"{new string('n', 1900)}{i}"),
        ["one long name"] = () => Arrays(1, _ => new string('n', 1_000_000)),
        ["texts"] = () => "{\"__metadata__\":{" + string.Join(',', Enumerable.Range(0, 90_000).Select(i => $"\"{i}\":\"\"")) + "}}",
        ["a long type"] = () => "{\"a\":{\"dtype\":\"" + new string('F', 1_000_000) + "\"}}",
        ["a long member"] = () => "{\"a\":{\"" + new string('F', 1_000_000) + "\":1}}",
        ["a long number"] = () => "{\"a\":{\"shape\":[" + new string('9', 1_000_000) + "]}}",
        ["a long shape"] = () => "{\"a\":{\"shape\":[1" + string.Concat(Enumerable.Repeat(",1", 500_000)) + "]}}",
        ["deep"] = () => "{\"a\":{\"shape\":" + string.Concat(Enumerable.Repeat("[", 1_000_000)) + "}}",
    };

    private static string Arrays(int count, Func<int, string> name) =>
        "{" + string.Join(',', Enumerable.Range(0, count).Select(i =>
            $"\"{name(i)}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}")) + "}";

    private static string Description(string shape, string layers) =>
        $$"""{"format":1,"name":"m","seed":1,"inputShape":[{{shape}}],"layers":[{{layers}}]}""";

    private static string Layer(string kind, string name = "l", string settings = "") =>
        "{\"name\":\"" + name + "\",\"trainable\":true,\"description\":{\"kind\":\"" + kind + "\",\"text\":\"\",\"settings\":{" + settings
            + "}}}";

    private const string DenseSettings =
        """ "units":12,"useBias":true,"kernelInitializer":{"kind":"GlorotUniform","text":"","settings":{}},"""
        + """ "biasInitializer":{"kind":"Zeros","text":"","settings":{}}""";

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static string Settings(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"\"s{i}\":{i}"));

    // A header in which one text is another, made as long as a header may be at most.
    private static string Header(string key, string text, string header)
    {
        using JsonDocument document = JsonDocument.Parse(header);
        string escaped = text.Replace("\"", "\\\"");
        string old = document.RootElement.GetProperty("__metadata__").GetProperty(key).GetString()!.Replace("\"", "\\\"");
        string changed = header.Replace(old, escaped);
        changed.Should().NotBe(header);
        Encoding.UTF8.GetByteCount(changed).Should().BeLessThan(SafeTensorsWriter.LargestHeader);
        return changed;
    }

    private static byte[] LargeCheckpoint()
    {
        using TemporaryFolder folder = new();
        using Trainer<int> trainer = Fits.Compile(new([12], [new Dense(10_000), new Dense(3, new Softmax())]), new Adam());
        trainer.CreateCheckpoint().Save(folder.File("c"));
        return File.ReadAllBytes(folder.File("c"));
    }
}
