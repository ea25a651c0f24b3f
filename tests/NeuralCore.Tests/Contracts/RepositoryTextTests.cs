using System.Text.RegularExpressions;

namespace NeuralCore.Tests.Contracts;

/// <summary>What the repository's text must not hold: names of one machine or one registry, and files too long to read at a sitting.</summary>
public class RepositoryTextTests
{
    private const int LongestFile = 300;

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

        files.Should().Contain("README.md").And.Contain("src/NeuralCore/NeuralCore.csproj").And.Contain(".gitignore").And.HaveCountGreaterThan(100);
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
        string[] tooLong = Repository.Files("src", ".cs").Concat(Repository.Files("samples", ".cs")).Concat(Repository.Files("benchmarks", ".cs"))
            .Where(file => !file.StartsWith(Numerics, StringComparison.Ordinal) && File.ReadLines(Repository.PathOf(file)).Count() > LongestFile).ToArray();

        tooLong.Should().BeSubsetOf(LongFiles, $"a file has about {LongestFile} lines at most outside Numerics; split it, or add it to the exceptions with a reason");
        LongFiles.Should().BeSubsetOf(tooLong, "an exception that is no longer needed goes");
    }
}
