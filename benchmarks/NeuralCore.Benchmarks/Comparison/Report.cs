using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NeuralCore.Benchmarks.Comparison;

/// <summary>The output of a comparison: text and figures.</summary>
internal sealed class Report(ReportOptions options, TextWriter writer)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal void Title(string text)
    {
        writer.WriteLine(options.Markdown ? $"## {text}" : text);
        writer.WriteLine();
    }

    /// <summary>The header of every table: the command and the machine.</summary>
    internal void Environment()
    {
        Line($"Command: {options.CommandLine}");
        Line(Machine.Processor);
        Line(Machine.Runtime);
        Line(Machine.NeuralCore);
        if (System.Environment.GetEnvironmentVariable(Numerics.InstructionSet.EnvironmentVariable) is { Length: > 0 } forced)
            Line($"{Numerics.InstructionSet.EnvironmentVariable}={forced}");
    }

    internal void Line(string text = "") => writer.WriteLine(options.Markdown && text.Length > 0 ? $"- {text}" : text);

    internal void Table(Table table) => table.Write(writer, options.Markdown);

    internal void Json(JsonNode content)
    {
        if (options.JsonPath is not { } path)
            return;
        File.WriteAllText(path, content.ToJsonString(Indented) + "\n");
    }

    /// <summary>A figure with its quartiles: <c>105 (103-106)</c>.</summary>
    internal static string Spread(Quartiles value, string format = "G4") =>
        $"{value.Median.ToString(format)} ({value.Lower.ToString(format)}-{value.Upper.ToString(format)})";

    internal static string Ratio(double? value) => value is { } ratio ? ratio.ToString("F2") : "-";

    /// <summary>A number rounded to six digits; null if there is none.</summary>
    internal static JsonNode? Number(double? value) =>
        value is { } number && double.IsFinite(number) ? JsonValue.Create(double.Parse(number.ToString("G6"))) : null;

    internal static JsonArray Numbers(Quartiles value) => new(Number(value.Lower), Number(value.Median), Number(value.Upper));
}

/// <summary>How a comparison was started.</summary>
internal sealed record ReportOptions(string? JsonPath, bool Markdown, string CommandLine);
