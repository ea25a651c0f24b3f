using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using NeuralCore.Tests.Serialization;

namespace NeuralCore.Tabular.Tests;

/// <summary>Model files for tables, changed under a right digest: they load and predict, or are refused with a typed error.</summary>
public class HostileModelTests
{
    // A quote in the columns' description, which is a text in a text in a text.
    private const string Q = "\\\\\\\"";

    [Theory]
    [InlineData("{'name':'n','categories':null}", "{'name':'c','categories':null}", "name twice")]
    [InlineData("{'name':'n','categories':null}", "{}", "not valid")]
    [InlineData("{'name':'n','categories':null}", "null", "nothing where")]
    [InlineData("{'name':'n','categories':null}", "{'name':'','categories':null}", "incomplete")]
    [InlineData("{'name':'n','categories':null}", "{'name':'n','name':'m','categories':null}", "not valid")]
    [InlineData("{'name':'n','categories':null}", "{'name':'n','categories':['u','v']}", "inputs")]
    [InlineData("{'name':'n','categories':null}", "{'name':'class','categories':null}", "name twice")]
    [InlineData("{'name':'n','categories':null}", "{'name':7,'categories':null}", "not valid")]
    [InlineData("['no','yes']", "['no','no']", "name twice")]
    [InlineData("['no','yes']", "['no']", "incomplete")]
    [InlineData("['no','yes']", "['no',null]", "nothing where")]
    [InlineData("['no','yes']", "['no','yes','maybe']", "outputs")]
    [InlineData("['no','yes']", "null", "outputs")]
    [InlineData("['no','yes']", "[['no','yes']]", "not valid")]
    [InlineData("'label':'class'", "'label':''", "incomplete")]
    [InlineData("'label':'class'", "'label':'\\\\\\\\ud800'", "found")]
    [InlineData("'label':'class',", "", "not valid")]
    public void Columns_that_do_not_fit_are_refused(string from, string to, string reason) =>
        ShouldBeRefused(Change(Classifier(), header => Replace(header, from.Replace("'", Q), to.Replace("'", Q)))).Should().Contain(reason);

    [Theory]
    [InlineData("6.0")]
    [InlineData("0.0")]
    [InlineData("-6.0")]
    [InlineData("1e300")]
    [InlineData("{\\\"number\\\":\\\"NaN\\\"}")]
    public void A_multiplier_that_is_none_is_refused(string to)
    {
        byte[] file = Change(Classifier(), header => Replace(header, "\\\"multiplier\\\":6.0", $"\\\"multiplier\\\":{to}"));
        if (to == "6.0")
            TabularModelOf(file).Label.Should().Be("class");
        else
            ShouldBeRefused(file);
    }

    [Theory]
    [InlineData(false, "robustscaler.factors", -1f)]
    [InlineData(true, "targetscale.deviation", 0f)]
    [InlineData(true, "targetscale.deviation", -1f)]
    [InlineData(true, "targetscale.mean", float.NaN)]
    public void Scales_that_no_data_gives_are_refused(bool isRegression, string name, float value)
    {
        byte[] file = isRegression ? Regressor() : Classifier();
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        string header = Encoding.UTF8.GetString(file, 8, length);
        int at = header.IndexOf("data_offsets\":[",
            header.IndexOf($"\"{name}\":", StringComparison.Ordinal), StringComparison.Ordinal) + 15;
        int offset = int.Parse(header[at..header.IndexOf(',', at)]);
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(8 + length + offset), value);

        ShouldBeRefused(Forge(file));
    }

    [Theory]
    [InlineData("{},")]
    [InlineData("null,")]
    [InlineData("[],")]
    [InlineData("0,")]
    public void A_long_list_of_nothing_takes_little_memory(string element)
    {
        string list = string.Concat(Enumerable.Repeat(element, 10_000 / element.Length));
        ShouldBeRefused(Change(Classifier(), header => Replace(header, $"{Q}columns{Q}:[", $"{Q}columns{Q}:[{list}")))
            .Should().Contain("columns");
    }

    [Fact]
    public void Random_mutations_load_and_predict_or_are_refused()
    {
        Table table = Mixed();
        Random random = new(31);
        int refused = 0;
        for (int round = 0; round < 2_000; round++)
        {
            byte[] file = Change(round % 2 == 0 ? Classifier() : Regressor(), header =>
            {
                StringBuilder text = new(header);
                // In the description of the columns and the layers around it.
                int at = header.IndexOf("schema", StringComparison.Ordinal) + random.Next(400);
                switch (random.Next(4))
                {
                    case 0: text[at] = "0123456789{}[],:\"\\.e"[random.Next(20)]; break;
                    case 1: text.Insert(at, header.Substring(at - random.Next(60), random.Next(60))); break;
                    case 2: text.Remove(at, random.Next(1, 30)); break;
                    default: text[at] = (char)random.Next('a', 'z'); break;
                }
                return text.ToString();
            });
            if (Refusal(file, table) is not null)
                refused++;
        }
        refused.Should().BeInRange(500, 1_950);
    }

    private static readonly Lazy<(byte[] Classifier, byte[] Regressor)> Files = new(() =>
    {
        using TemporaryFolder folder = new();
        TabularOptions quick = new() { Epochs = 2, Hidden = [4] };
        TabularClassifier.Train(Mixed(), "class", quick).Save(folder.File("c"));
        TabularRegressor.Train(Mixed(), "n", quick).Save(folder.File("r"));
        return (File.ReadAllBytes(folder.File("c")), File.ReadAllBytes(folder.File("r")));
    });

    private static byte[] Classifier() => [.. Files.Value.Classifier];

    private static byte[] Regressor() => [.. Files.Value.Regressor];

    private static Table Mixed() => Table.ParseCsv("n,c,class\n" + string.Concat(Enumerable.Range(0, 60).Select(i =>
        $"{i % 5}.5,{"pqr"[i % 3]},{(i % 2 == 0 ? "no" : "yes")}\n")));

    private static TabularModel TabularModelOf(byte[] file)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("m"), file);
        return TabularModel.Load(folder.File("m"));
    }

    private static string ShouldBeRefused(byte[] file) => Refusal(file, Mixed()) ?? throw new InvalidOperationException("It was loaded.");

    // The error's message; null if the model loads, and then it predicts.
    private static string? Refusal(byte[] file, Table table)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("m");
        File.WriteAllBytes(path, file);
        long memory = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        TabularModel? model = null;
        Exception? error = Record.Exception(() => model = TabularModel.Load(path));
        Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(1));
        (GC.GetAllocatedBytesForCurrentThread() - memory).Should().BeLessThan(2 * file.Length + (1 << 20));
        if (model is not null)
        {
            Exception? predicting = Record.Exception(() => model.PredictTable(table).RowCount.Should().Be(table.RowCount));
            (predicting is null or ArgumentException).Should().BeTrue("{0}", predicting);
            return null;
        }
        (error is InvalidDataException or NotSupportedException).Should().BeTrue("{0}", error);
        error!.Message.Should().StartWith(path);
        return error.Message;
    }

    private static string Replace(string header, string from, string to)
    {
        int at = header.IndexOf(from, StringComparison.Ordinal);
        at.Should().BePositive("{0} is in {1}", from, header);
        return header.Remove(at, from.Length).Insert(at, to);
    }

    private static byte[] Change(byte[] file, Func<string, string> change)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        byte[] header = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(file, 8, length)));
        byte[] result = [.. new byte[8], .. header, .. file.AsSpan(8 + length)];
        BinaryPrimitives.WriteInt64LittleEndian(result, header.Length);
        return Forge(result);
    }

    private static byte[] Forge(byte[] file)
    {
        int at = file.AsSpan().IndexOf("\"neuralcore.sha256\":\""u8) + 21;
        Span<byte> digest = file.AsSpan(at, 64);
        digest.Fill((byte)'0');
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(file)), digest);
        return file;
    }
}
