using System.Text.RegularExpressions;

namespace NeuralCore.Tests.Contracts;

/// <summary>
/// What the repository's text must not contain: names of a machine or a registry, files that are too long to read, and long lines.
/// </summary>
public class RepositoryTextTests
{
    private const int LongestFile = 300;
    private const int LongestLine = 140;

    // Kernels are long by nature. Every other exception is named here.
    private const string Numerics = "src/NeuralCore/Numerics/";
    private static readonly string[] LongFiles = [];

    // Written in pieces, so that this file does not hold them.
    private static readonly string[] Terms =
    [
        @"nuget" + @"\.org", @"npmjs" + @"\.", @"pypi" + @"\.org", @"deb" + @"ian\.org",
        @"(?<![\w.~-])/wo" + @"rk\b", @"(?<![\w.~-])/t" + @"mp/", @"(?<![\w.~-])/ro" + @"ot\b", @"(?<![\w.~-])/ho" + @"me/",
        @"\bses" + @"sions?\b", @"\bhelper ag" + @"ents?\b",
    ];

    private static readonly Regex Banned = new(string.Join('|', Terms), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    [Fact]
    public void No_line_names_a_machine_s_path_or_a_registry()
    {
        string[] files = Repository.TextFiles();

        string[] found = files.SelectMany(file => Repository.Read(file).Split('\n')
            .Select((line, i) => (Line: line, Number: i + 1))
            .Where(entry => Banned.IsMatch(entry.Line))
            .Select(entry => $"{file}:{entry.Number}: {Banned.Match(entry.Line).Value}")).ToArray();

        files.Should().Contain("README.md").And.Contain("src/NeuralCore/NeuralCore.csproj").And.Contain(".gitignore")
            .And.HaveCountGreaterThan(100);
        found.Should().BeEmpty();
    }

    [Theory]
    [InlineData("see api.nuget." + "org/v3", true)]
    [InlineData("cd /wo" + "rk/main", true)]
    [InlineData("in this Ses" + "sion", true)]
    [InlineData("path: /t" + "mp/x", true)]
    [InlineData("workers share work/phase; a/work tree; obsession", false)]
    public void The_search_finds(string line, bool found) => Banned.IsMatch(line).Should().Be(found);

    [Fact]
    public void Files_stay_readable()
    {
        string[] tooLong = new[] { "src", "samples", "benchmarks" }.SelectMany(folder => Repository.Files(folder, ".cs"))
            .Where(file => !file.StartsWith(Numerics, StringComparison.Ordinal))
            .Where(file => File.ReadLines(Repository.PathOf(file)).Count() > LongestFile).ToArray();

        tooLong.Should().BeSubsetOf(
            LongFiles, $"a file outside Numerics has about {LongestFile} lines at most; split it, or add an exception with a reason");
        LongFiles.Should().BeSubsetOf(tooLong, "an exception that is no longer needed goes");
    }

    [Fact]
    public void Lines_have_at_most_140_columns()
    {
        string[] files = new[] { "src", "samples", "benchmarks", "tests" }.SelectMany(folder => Repository.Files(folder, ".cs")).ToArray();

        string[] found = files.Where(file => File.ReadLines(Repository.PathOf(file)).Any(line => line.Length > LongestLine)).ToArray();

        files.Should().Contain("src/NeuralCore/Shape.cs").And.HaveCountGreaterThan(300);
        found.Should().BeEmpty($"a line has at most {LongestLine} columns; wrap it");
    }
}
