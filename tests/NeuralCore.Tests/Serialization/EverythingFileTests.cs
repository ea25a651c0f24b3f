using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using NeuralCore.Models;
using NeuralCore.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Serialization;

/// <summary>
/// Files with every layer, name and state, changed at random and by intent under a right digest: what loads can be used, and the rest is
/// refused with a typed error.
/// </summary>
public class EverythingFileTests
{
    // Values that no setting, count or name of the files has.
    private static readonly string[] Hostile =
    [
        "-1", "0", "0.0", "-0.0", "1e-60", "1e38", "1e300", "2147483647", "-2147483648", "4294967296", "9223372036854775807",
        "0.5", "1e999",
        "{\\\"number\\\":\\\"NaN\\\"}", "{\\\"number\\\":\\\"Infinity\\\"}", "{\\\"number\\\":\\\"x\\\"}", "{\\\"number\\\":1}", "null",
        "true", "[]", "{}", "[[[[]]]]", "\\\"\\\"", "\\\"NaN\\\"", "\\\"1, 1\\\"", "\\\"-1\\\"", "\\\"0-2147483647\\\"",
        "\\\"2147483646\\\"",
        "\\\"2147483647, 2147483647\\\"", "\\\"99999999999\\\"", "\\\"\\\\ud800\\\"",
        "{\\\"kind\\\":\\\"L1\\\",\\\"text\\\":\\\"\\\",\\\"settings\\\":{}}",
        "{\\\"kind\\\":\\\"MaxNorm\\\",\\\"text\\\":\\\"\\\",\\\"settings\\\":{\\\"maximum\\\":-1}}",
    ];

    [Fact]
    public void Every_value_of_a_description_may_be_replaced_by_a_hostile_one() => ReplaceValues(EverythingFiles.Model(), Use);

    [Fact]
    public void Every_value_of_a_checkpoint_may_be_replaced_by_a_hostile_one()
    {
        using Trainer<int> trainer = EverythingFiles.Compile();
        ReplaceValues(EverythingFiles.Checkpoint(), file => Resume(file, trainer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_mutations_under_a_right_digest_load_or_are_refused(bool isCheckpoint)
    {
        byte[] original = isCheckpoint ? EverythingFiles.Checkpoint() : EverythingFiles.Model();
        using Trainer<int> trainer = EverythingFiles.Compile();
        Random random = new(29);
        int refused = 0;
        int rounds = Long.Times(3000, 100_000);
        for (int i = 0; i < rounds; i++)
        {
            byte[] file = Mutate(original, random);
            HostileFiles.Forge(file);
            refused += IsRefused(file, isCheckpoint ? bytes => Resume(bytes, trainer) : Use, $"round {i}") ? 1 : 0;
        }
        refused.Should().BeInRange(rounds / 4, rounds - rounds / 50);
    }

    [Theory]
    [InlineData("batchnormalization.moving_variance", -1f)]
    [InlineData("standardscaler.deviation", 0f)]
    [InlineData("standardscaler.deviation", -2f)]
    [InlineData("minmaxscaler.scale", -2f)]
    [InlineData("onehotencoder.categories", 1.5f)]
    [InlineData("onehotencoder.categories", 4f)]
    [InlineData("onehotencoder.categories", 3e7f)]
    [InlineData("imputer.fill", float.NaN)]
    public void Statistics_that_no_data_gives_are_refused(string name, float value)
    {
        byte[] file = EverythingFiles.Model();
        byte[] checkpoint = EverythingFiles.Checkpoint();
        using TemporaryFolder folder = new();
        using Trainer<int> trainer = EverythingFiles.Compile();
        foreach (byte[] changed in new[] { file, checkpoint })
        {
            Write(changed, name, value);
            HostileFiles.Forge(changed).Should().BeTrue();
            File.WriteAllBytes(folder.File("m"), changed);
            string message = HostileFiles.ShouldBeRefused(changed, HostileFiles.LoadModel, layers: 30);
            message.Should().Contain(name).And.MatchRegex("^m, offset [0-9]+: expected .* in .*, found ");
            float[] before = [.. trainer.Model.Parameters.SelectMany(parameter => parameter.Values.ToArray())];
            FluentActions.Invoking(() => trainer.Model.LoadWeights(folder.File("m"))).Should().Throw<InvalidDataException>();
            trainer.Model.Parameters.SelectMany(parameter => parameter.Values.ToArray()).Should().Equal(before);
        }
        if (!float.IsNaN(value))
        {
            FluentActions.Invoking(() => trainer.Restore(Checkpoint.Load(new MemoryStream(checkpoint), "c")))
                .Should().Throw<ArgumentException>().WithMessage($"*{name}*");
        }
    }

    private static void ReplaceValues(byte[] original, Action<byte[]> use)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(original);
        string header = Encoding.UTF8.GetString(original, 8, length);
        // Values of members and of lists in the texts of the metadata, where quotes are escaped.
        Match[] values = Regex.Matches(header, """(?<=\\":|[\[,](?!\\"))(-?[0-9][0-9.eE+-]*|true|false|\\"[^"\\]*\\")""")
            .Concat(Regex.Matches(header, """(?<=[\[,])\\"[^"\\]*\\"(?=[,\]])""")).ToArray();
        values.Length.Should().BeGreaterThan(100);
        int refused = 0;
        foreach (Match value in values)
        {
            foreach (string hostile in Hostile)
            {
                byte[] file = HostileFiles.Rewrite(original, text => text.Remove(value.Index, value.Length).Insert(value.Index, hostile));
                HostileFiles.Forge(file).Should().BeTrue();
                string what = header[Math.Max(value.Index - 40, 0)..(value.Index + value.Length)];
                refused += IsRefused(file, use, $"{what} <- {hostile}") ? 1 : 0;
            }
        }
        refused.Should().BeGreaterThan(values.Length * 10);
    }

    private static bool IsRefused(byte[] file, Action<byte[]> use, string what)
    {
        long memory = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        Exception? error = Record.Exception(() => use(file));
        Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(1), what);
        (GC.GetAllocatedBytesForCurrentThread() - memory).Should().BeLessThan(2L * file.Length + HostileFiles.Overhead, what);
        (error is null or InvalidDataException or NotSupportedException).Should().BeTrue("{0} gave {1}", what, error);
        return error is not null;
    }

    // A model that loads can predict; what its layers do not accept is an ArgumentException.
    private static void Use(byte[] file)
    {
        Sequential model = ModelFile.Load(new MemoryStream(file), "m").Model;
        if (model.InputShape.Size > 1000 || model.OutputShape.Size > 1000)
            return;
        try
        {
            float[] output = model.Predict(new float[2 * model.InputShape.Size]);
            output.Should().HaveCount(2 * model.OutputShape.Size);
        }
        catch (ArgumentException)
        {
        }
    }

    private static void Resume(byte[] file, Trainer<int> trainer)
    {
        Checkpoint checkpoint = Checkpoint.Load(new MemoryStream(file), "c");
        try
        {
            trainer.Restore(checkpoint);
        }
        catch (ArgumentException)
        {
        }
    }

    private static void Write(byte[] file, string name, float value)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        string header = Encoding.UTF8.GetString(file, 8, length);
        Match offsets = Regex.Match(header, $$"""{{Regex.Escape(name)}}":\{[^}]*"data_offsets":\[([0-9]+)""");
        offsets.Success.Should().BeTrue("{0} is in {1}", name, header);
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(8 + length + int.Parse(offsets.Groups[1].Value)), value);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(original);
        StringBuilder header = new(Encoding.UTF8.GetString(original, 8, length));
        for (int times = random.Next(1, 3); times > 0; times--)
        {
            int at = random.Next(header.Length);
            switch (random.Next(5))
            {
                case 0:
                    header[at] = "0123456789{}[],:\"\\-.eE"[random.Next(22)];
                    break;
                case 1:
                    int count = Math.Min(random.Next(1, 200), header.Length - at);
                    header.Insert(random.Next(header.Length), header.ToString(at, count));
                    break;
                case 2:
                    header.Remove(at, Math.Min(random.Next(1, 40), header.Length - at));
                    break;
                default:
                    // A digit somewhere becomes another, which often stays well-formed.
                    while (!char.IsAsciiDigit(header[at]) && at + 1 < header.Length)
                        at++;
                    header[at] = (char)('0' + random.Next(10));
                    break;
            }
        }
        byte[] file = HostileFiles.Rewrite(original, _ => header.ToString());
        int start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        if (random.Next(2) == 0)
            file[random.Next(start, file.Length)] = (byte)random.Next(256);
        return file;
    }
}
