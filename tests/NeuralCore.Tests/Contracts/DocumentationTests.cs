using System.Text.RegularExpressions;

namespace NeuralCore.Tests.Contracts;

/// <summary>Code in the documents is code that runs: each block stands, word for word, in a test of the examples project.</summary>
public partial class DocumentationTests
{
    private const string Examples = "tests/NeuralCore.Examples.Tests/";

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^[ ]*// example\n(.*?)^[ ]*// end$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"^using [\w.]+;\n", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"\]\(([^)#:]+)(?:#[^)]*)?\)")]
    private static partial Regex RelativeLink();

    [Theory]
    [InlineData("README.md", "ReadmeExamples.cs")]
    [InlineData("docs/adding-a-layer.md", "AddingALayerExamples.cs")]
    [InlineData("docs/tabular.md", "TabularExamples.cs")]
    public void Every_code_block_is_the_body_of_a_test(string document, string tests)
    {
        string source = Repository.Read(Examples + tests);
        string[] blocks = CodeBlock().Matches(Repository.Read(document)).Select(match => match.Groups[1].Value).ToArray();
        string[] regions = Region().Matches(source).Select(match => Unindent(match.Groups[1].Value)).ToArray();

        blocks.Should().NotBeEmpty();
        blocks.Select(Body).Should().Equal(regions, $"the blocks of {document} and the regions of {tests} are the same, in the same order");
        UsingDirective().Matches(string.Concat(blocks)).Select(match => match.Value).Where(directive =>
            !source.Contains(directive)).Should().BeEmpty();
    }

    [Fact]
    public void Other_documents_hold_no_code_that_nobody_runs()
    {
        string[] checkedDocuments = ["README.md", "docs/adding-a-layer.md", "docs/tabular.md"];
        Repository.Files("", ".md").Except(checkedDocuments).Where(file => CodeBlock().IsMatch(Repository.Read(file))).Should().BeEmpty();
    }

    [Fact]
    public void The_script_runs_the_readme_s_test_command()
    {
        string command = Repository.Read("README.md").Split('\n').First(line => line.StartsWith("dotnet test", StringComparison.Ordinal));

        command.Should().Be("dotnet test -c Release");
        // The script takes the command out of README.md by the same rule.
        Repository.Read(".ci/run").Should().Contain(@"sed -n 's/^\(dotnet test\b.*\)$/\1/p' README.md")
            .And.Contain("$test_command --logger trx");
    }

    [Fact]
    public void Relative_links_lead_somewhere()
    {
        string[] dead = Repository.Files("", ".md").SelectMany(file => RelativeLink().Matches(Repository.Read(file))
            .Select(match => (File: file, Target: match.Groups[1].Value)))
            .Where(link => !Exists(Path.Combine(Path.GetDirectoryName(Repository.PathOf(link.File))!, link.Target)))
            .Select(link => $"{link.File}: {link.Target}").ToArray();

        dead.Should().BeEmpty();
    }

    [Theory]
    [InlineData("docs/adding-a-layer.md", 140)]
    [InlineData("docs/determinism.md", 90)]
    public void Short_documents_stay_short(string document, int lines) =>
        Repository.Read(document).Split('\n').Should().HaveCountLessThanOrEqualTo(lines);

    [Fact]
    public void Decisions_are_numbered_without_gaps()
    {
        string[] files = Repository.Files("docs/decisions", ".md").Select(file => Path.GetFileName(file)).ToArray();

        files.Should().NotBeEmpty();
        files.Select(name => name[..5]).Should().Equal(Enumerable.Range(1, files.Length).Select(number => $"{number:D4}-"));
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static string Body(string block) => UsingDirective().Replace(block, "").TrimStart('\n');

    private static string Unindent(string region)
    {
        string[] lines = region.Split('\n');
        int indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart(' ').Length);
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indent..]));
    }
}
