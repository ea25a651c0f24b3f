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

    // Files whose lines are still to be wrapped. The list only shrinks.
    private static readonly string[] FilesOfLongLines =
    [
        "src/NeuralCore/Numerics/Gemm.cs",
        "tests/NeuralCore.TestHost/Program.cs",
        "tests/NeuralCore.Tests/Contracts/ArchitectureTests.cs",
        "tests/NeuralCore.Tests/Contracts/ConcurrencyTests.cs",
        "tests/NeuralCore.Tests/Contracts/MachineCodeTests.cs",
        "tests/NeuralCore.Tests/Contracts/PublicApiPrinter.cs",
        "tests/NeuralCore.Tests/Contracts/PublicApiTests.cs",
        "tests/NeuralCore.Tests/Contracts/TypeReferences.cs",
        "tests/NeuralCore.Tests/Data/IdxReaderTests.cs",
        "tests/NeuralCore.Tests/Diagnostics/GradientCheckTests.cs",
        "tests/NeuralCore.Tests/Layers/LayerFactoryTests.cs",
        "tests/NeuralCore.Tests/Models/ModelSummaryTests.cs",
        "tests/NeuralCore.Tests/Numerics/BannedOperationsTests.cs",
        "tests/NeuralCore.Tests/Serialization/DamagedFileTests.cs",
        "tests/NeuralCore.Tests/Serialization/HostileFileTests.cs",
        "tests/NeuralCore.Tests/Serialization/LoadWeightsTests.cs",
        "tests/NeuralCore.Tests/Training/CompileTests.cs",
        "tests/NeuralCore.Tests/Training/FitErrorTests.cs",
        "tests/NeuralCore.Tests/Training/ResumeTests.cs",
        "tests/NeuralCore.Tests/Training/TrainerTests.cs",
    ];

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
        found.Except(FilesOfLongLines).Should().BeEmpty($"a line has at most {LongestLine} columns; wrap it");
        FilesOfLongLines.Except(found).Should().BeEmpty("an exception that is no longer needed goes");
    }
}
