using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NeuralCore.Samples.Mnist;
using NeuralCore.Samples.Mnist.Reporting;
using NeuralCore.Samples.Mnist.Sweeps;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Lines that this program cannot have written are rejected with their file and line number.</summary>
public class RecordChecksTests
{
    [Theory]
    [InlineData("version", "null", "$.version")]
    [InlineData("version", "\" \"", "version is empty")]
    [InlineData("experiment", "\"basic-2\"", "not in the table")]
    [InlineData("experiment", "7", "$.experiment")]
    [InlineData("seed", "0", "seed is 0")]
    [InlineData("seed", "1001", "seed is 1001")]
    [InlineData("seed", "1.5", "$.seed")]
    [InlineData("epochs", "-1", "epochs is -1")]
    [InlineData("epochs", "19", "history has 20 entries")]
    [InlineData("batchSize", "0", "batchSize is 0")]
    [InlineData("data", "\"cifar\"", "data is")]
    [InlineData("dataSha256", "\"abc\"", "dataSha256 is not a SHA-256")]
    [InlineData("weightsSha256", "\"" + Upper + "\"", "weightsSha256 is not a SHA-256")]
    [InlineData("part", "\"\"", "part is empty")]
    [InlineData("finishedAfterSeconds", "-1", "finishedAfterSeconds is -1")]
    [InlineData("trainSeconds", "1e999", "trainSeconds is Infinity")]
    [InlineData("denseFlops", "0", "denseFlops is 0")]
    [InlineData("testLoss", "1e999", "testLoss is Infinity")]
    [InlineData("testLoss", "-0.5", "testLoss is -0.5")]
    [InlineData("testLoss", "\"low\"", "$.testLoss")]
    [InlineData("testAccuracy", "7", "testAccuracy is 7, expected 0 to 1")]
    [InlineData("testAccuracy", "null", "$.testAccuracy")]
    [InlineData("rawTestLoss", "null", "rawTestLoss is missing")]
    [InlineData("rawTestAccuracy", "1.01", "rawTestAccuracy is 1.01")]
    [InlineData("rawTraining", "null", "rawTraining is missing")]
    [InlineData("rawTraining", """{"divergedAtStep":0,"testLoss":null,"testAccuracy":null}""", "divergedAtStep is 0")]
    [InlineData("rawTraining", """{"divergedAtStep":3,"testLoss":2,"testAccuracy":null}""", "diverged and has test figures")]
    [InlineData("rawTraining", """{"divergedAtStep":null,"testLoss":2,"testAccuracy":null}""", "no testAccuracy")]
    [InlineData("history", "null", "$.history")]
    [InlineData("history", "[]", "history has 0 entries")]
    [InlineData("history[3]", "null", "history of epoch 4 is null")]
    [InlineData("history[3]", """{"loss":1e999,"accuracy":0.5}""", "history of epoch 4: loss is Infinity")]
    [InlineData("history[3]", """{"loss":1,"accuracy":-0.1}""", "history of epoch 4: accuracy is -0.1")]
    [InlineData("history[3]", """{"loss":1}""", "$.history[3]")]
    [InlineData("predictions", "\"\"", "predictions are empty")]
    [InlineData("predictions", "\"CQoB\"", "prediction of image 1 is 10")]
    [InlineData("predictions", "\"*\"", "$.predictions")]
    [InlineData("worstMistakes", "null", "$.worstMistakes")]
    [InlineData("worstMistakes[0]", "null", "a mistake is null")]
    [InlineData("worstMistakes[0]", """{"image":100,"truth":0,"predicted":9,"probability":0.9,"truthProbability":0}""", "image is 100")]
    [InlineData("worstMistakes[0]", """{"image":0,"truth":10,"predicted":9,"probability":0.9,"truthProbability":0}""", "truth is 10")]
    [InlineData("worstMistakes[0]", """{"image":0,"truth":9,"predicted":9,"probability":0.9,"truthProbability":0}""",
        "predicted equals truth")]
    [InlineData("worstMistakes[0]", """{"image":0,"truth":0,"predicted":8,"probability":0.9,"truthProbability":0}""",
        "predictions say 9, not 8")]
    [InlineData("worstMistakes[0]", """{"image":0,"truth":0,"predicted":9,"probability":1.9,"truthProbability":0}""", "probability is 1.9")]
    [InlineData("unheardOf", "1", "unheardOf")]
    [InlineData("schema", "\"one\"", "no schema")]
    public void Wrong_run_is_named(string field, string value, string reason) =>
        Refusal(SampleRuns.Run("basic", 4, 0.96), RecordChecks.Runs, field, value).Should().StartWith("the-file, line 2: ")
            .And.Contain(reason);

    [Theory]
    [InlineData("id", "\"\"", "id is empty")]
    [InlineData("started", "\"yesterday\"", "started is")]
    [InlineData("command", "null", "$.command")]
    [InlineData("plan", "null", "$.plan")]
    [InlineData("plan.experiments", "[]", "plan.experiments")]
    [InlineData("plan.experiments", "[\"baseline\",\"basic\"]", "plan.experiments")]
    [InlineData("plan.experiments", "[null]", "plan.experiments")]
    [InlineData("plan.seeds", "0", "plan.seeds is 0")]
    [InlineData("plan.epochs", "0", "plan.epochs is 0")]
    [InlineData("plan.shard", "2", "plan.shard is 2")]
    [InlineData("plan.shards", "0", "plan.shards is 0")]
    [InlineData("processors", "0", "processors is 0")]
    [InlineData("vectorBits", "1024", "vectorBits is 1024")]
    [InlineData("jobs", "0", "jobs is 0")]
    [InlineData("peakBefore", "0", "peakBefore is 0")]
    [InlineData("peakAfter", "1e999", "peakAfter is Infinity")]
    [InlineData("wallSeconds", "-1", "wallSeconds is -1")]
    [InlineData("wallSeconds", "null", "only one of")]
    public void Wrong_part_is_named(string field, string value, string reason) =>
        Refusal(SampleRuns.Part(), RecordChecks.Parts, field, value).Should().StartWith("the-file, line 2: ").And.Contain(reason);

    [Fact]
    public void What_the_program_writes_passes()
    {
        RecordChecks.ProblemOf(SampleRuns.Run("basic", 1, 0.99)).Should().BeNull();
        RecordChecks.ProblemOf(SampleRuns.Run("sparse-1", 1000, 0.1)).Should().BeNull();
        RecordChecks.ProblemOf(SampleRuns.Part()).Should().BeNull();
        RecordChecks.ProblemOf(SampleRuns.Part(wall: null, after: null)).Should().BeNull();
    }

    [Fact]
    public void A_whole_line_of_wrong_content_is_not_taken_for_a_cut_one()
    {
        string line = Changed(SampleRuns.Run("basic", 4, 0.96), RecordChecks.Runs, "testAccuracy", "7");
        FluentActions.Invoking(() =>
            JsonLines<RunRecord>.Open(new MemoryStream(Encoding.UTF8.GetBytes(line)), "the-file", RecordChecks.Runs, out _))
            .Should().Throw<SampleException>().WithMessage("the-file, line 1: *");
    }

    private const string Upper = "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789";

    private static string Refusal<T>(T record, LineForm<T> form, string field, string value)
        where T : class
    {
        string good = JsonSerializer.Serialize(record, form.Type) + "\n";
        byte[] file = Encoding.UTF8.GetBytes(good + Changed(record, form, field, value) + "\n" + good);
        return FluentActions.Invoking(() => JsonLines<T>.Open(new MemoryStream(file), "the-file", form, out _))
            .Should().Throw<SampleException>().Which.Message;
    }

    // A JsonNode cannot hold a number such as 1e999, so it is inserted as text.
    private static string Changed<T>(T record, LineForm<T> form, string field, string value)
    {
        JsonNode root = JsonSerializer.SerializeToNode(record, form.Type)!;
        const string placeholder = "to be replaced";
        string[] path = field.Split('.', '[');
        JsonNode parent = path.Length == 1 ? root : root[path[0]]!;
        if (parent is JsonArray list)
            list[int.Parse(path[1].TrimEnd(']'), System.Globalization.CultureInfo.InvariantCulture)] = placeholder;
        else
            parent[path[^1]] = placeholder;
        return root.ToJsonString().Replace($"\"{placeholder}\"", value, StringComparison.Ordinal);
    }
}
