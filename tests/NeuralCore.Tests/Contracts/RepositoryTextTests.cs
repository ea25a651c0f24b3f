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
        "samples/Mnist/Data/DigitStrokes.cs",
        "samples/Mnist/Data/PgmFile.cs",
        "samples/Mnist/Experiments/ExperimentTable.cs",
        "samples/Mnist/Output/RunReport.cs",
        "samples/Mnist/Output/SweepDisplay.cs",
        "samples/Mnist/Reporting/CsvReport.cs",
        "samples/Mnist/Reporting/Html/AnswerSection.cs",
        "samples/Mnist/Reporting/Html/ConfusionSection.cs",
        "samples/Mnist/Reporting/Html/CurveChart.cs",
        "samples/Mnist/Reporting/Html/CurvesSection.cs",
        "samples/Mnist/Reporting/Html/GrayPng.cs",
        "samples/Mnist/Reporting/Html/GroupSection.cs",
        "samples/Mnist/Reporting/Html/HtmlNames.cs",
        "samples/Mnist/Reporting/Html/HtmlReport.cs",
        "samples/Mnist/Reporting/Html/HtmlStyle.cs",
        "samples/Mnist/Reporting/Html/HtmlTable.cs",
        "samples/Mnist/Reporting/Html/IdentitySection.cs",
        "samples/Mnist/Reporting/Html/IntervalChart.cs",
        "samples/Mnist/Reporting/Html/MistakesSection.cs",
        "samples/Mnist/Reporting/Html/ModelsSection.cs",
        "samples/Mnist/Reporting/Html/RepeatSection.cs",
        "samples/Mnist/Reporting/Html/Scale.cs",
        "samples/Mnist/Reporting/Html/SeedCurve.cs",
        "samples/Mnist/Reporting/MarkdownReport.cs",
        "samples/Mnist/Reporting/ProvenanceBuilder.cs",
        "samples/Mnist/Reporting/ReportBuilder.cs",
        "samples/Mnist/Reporting/ReportData.cs",
        "samples/Mnist/Reporting/ReportFormat.cs",
        "samples/Mnist/Reporting/ReportTable.cs",
        "samples/Mnist/Reporting/ReportTables.cs",
        "samples/Mnist/Reporting/ReportText.cs",
        "samples/Mnist/Reporting/RunRecord.cs",
        "samples/Mnist/Statistics/StudentTTest.cs",
        "samples/Mnist/Statistics/TestPower.cs",
        "samples/Mnist/Sweeps/FmaLoops.cs",
        "samples/Mnist/Sweeps/JsonLines.cs",
        "samples/Mnist/Sweeps/SweepEngine.cs",
        "src/NeuralCore/Data/FeatureSource.cs",
        "src/NeuralCore/Data/SampleMemory.cs",
        "src/NeuralCore/Layers/Dense.cs",
        "src/NeuralCore/Layers/Passes.cs",
        "src/NeuralCore/Models/ExecutionPlan.cs",
        "src/NeuralCore/Models/FirstLayerInput.cs",
        "src/NeuralCore/Models/RowRunner.cs",
        "src/NeuralCore/Models/Workspace.cs",
        "src/NeuralCore/Numerics/AdamKernel.cs",
        "src/NeuralCore/Numerics/ColumnBlockedInput.cs",
        "src/NeuralCore/Numerics/CrossEntropyKernel.cs",
        "src/NeuralCore/Numerics/Elementary.cs",
        "src/NeuralCore/Numerics/Gemm.Epilogue.cs",
        "src/NeuralCore/Numerics/Gemm.Packing.cs",
        "src/NeuralCore/Numerics/Gemm.TileKernel.cs",
        "src/NeuralCore/Numerics/Gemm.cs",
        "src/NeuralCore/Numerics/GemmTile.cs",
        "src/NeuralCore/Numerics/ILanes.cs",
        "src/NeuralCore/Numerics/IRegister.cs",
        "src/NeuralCore/Numerics/IVectorOperations.cs",
        "src/NeuralCore/Numerics/InstructionSet.cs",
        "src/NeuralCore/Numerics/Lanes128.cs",
        "src/NeuralCore/Numerics/Lanes256.cs",
        "src/NeuralCore/Numerics/Lanes512.cs",
        "src/NeuralCore/Numerics/LanesScalar.cs",
        "src/NeuralCore/Numerics/MatrixPrimitives.Tensors.cs",
        "src/NeuralCore/Numerics/MatrixPrimitives.cs",
        "src/NeuralCore/Numerics/NormalDistribution.cs",
        "src/NeuralCore/Numerics/Reductions.cs",
        "src/NeuralCore/Numerics/Register128.cs",
        "src/NeuralCore/Numerics/Register256.cs",
        "src/NeuralCore/Numerics/Register512.cs",
        "src/NeuralCore/Numerics/ReluKernel.cs",
        "src/NeuralCore/Numerics/ReluMath.cs",
        "src/NeuralCore/Numerics/SoftmaxKernel.cs",
        "src/NeuralCore/Numerics/SparseInput.Forward.cs",
        "src/NeuralCore/Numerics/SparseInput.Gradient.cs",
        "src/NeuralCore/Numerics/SparseInput.cs",
        "src/NeuralCore/Numerics/WorkQueue.cs",
        "src/NeuralCore/Numerics/WorkerTeam.cs",
        "src/NeuralCore/Randomness/DropoutKernel.cs",
        "src/NeuralCore/Randomness/PhiloxLanes.cs",
        "src/NeuralCore/Randomness/RandomStream.cs",
        "tests/NeuralCore.BrowserTests/Browser.cs",
        "tests/NeuralCore.BrowserTests/ReportPageTests.cs",
        "tests/NeuralCore.CrashHost/Program.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/CommandLineTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/ExperimentTableTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/FilesTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/GrayPngTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/HtmlReportTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/ImageSourceTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/JsonLinesTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/LocalServer.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/MnistDownloadTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/OutputTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/ReportBuilderTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/ReportCommandTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/ReportFixture.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/RunChecksTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/RunCommandTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/SampleProcess.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/SampleRuns.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/Screen.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/SlurmTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/StatisticsTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/SweepDisplayTests.cs",
        "tests/NeuralCore.Samples.Tests/Mnist/SweepPlanTests.cs",
        "tests/NeuralCore.TestHost/FixedTraining.cs",
        "tests/NeuralCore.TestHost/KernelTour.cs",
        "tests/NeuralCore.TestHost/Program.cs",
        "tests/NeuralCore.Tests/Benchmarks/QuartilesTests.cs",
        "tests/NeuralCore.Tests/Contracts/AllocationTests.cs",
        "tests/NeuralCore.Tests/Contracts/ApiNames.cs",
        "tests/NeuralCore.Tests/Contracts/ArchitectureTests.cs",
        "tests/NeuralCore.Tests/Contracts/BatchReductionTests.cs",
        "tests/NeuralCore.Tests/Contracts/ConcurrencyTests.cs",
        "tests/NeuralCore.Tests/Contracts/DeterminismTests.cs",
        "tests/NeuralCore.Tests/Contracts/DocumentationTests.cs",
        "tests/NeuralCore.Tests/Contracts/EqualTermsTests.cs",
        "tests/NeuralCore.Tests/Contracts/FailureTests.cs",
        "tests/NeuralCore.Tests/Contracts/FolderOrder.cs",
        "tests/NeuralCore.Tests/Contracts/GradientCheckContractTests.cs",
        "tests/NeuralCore.Tests/Contracts/GradientReferenceTests.cs",
        "tests/NeuralCore.Tests/Contracts/LeftoverTests.cs",
        "tests/NeuralCore.Tests/Contracts/MachineCode.cs",
        "tests/NeuralCore.Tests/Contracts/MachineCodeTests.cs",
        "tests/NeuralCore.Tests/Contracts/PublicApiPrinter.cs",
        "tests/NeuralCore.Tests/Contracts/PublicApiTests.cs",
        "tests/NeuralCore.Tests/Contracts/Repository.cs",
        "tests/NeuralCore.Tests/Contracts/TypeReferences.cs",
        "tests/NeuralCore.Tests/Contracts/WorkerTeamTests.cs",
        "tests/NeuralCore.Tests/Data/BatchPlanTests.cs",
        "tests/NeuralCore.Tests/Data/DatasetTests.cs",
        "tests/NeuralCore.Tests/Data/GzipContentTests.cs",
        "tests/NeuralCore.Tests/Data/IdxReaderTests.cs",
        "tests/NeuralCore.Tests/Data/OneHotTests.cs",
        "tests/NeuralCore.Tests/Data/SourceTests.cs",
        "tests/NeuralCore.Tests/Data/SplitTests.cs",
        "tests/NeuralCore.Tests/Diagnostics/GradientCheckTests.cs",
        "tests/NeuralCore.Tests/Diagnostics/PlantedBugs.cs",
        "tests/NeuralCore.Tests/Layers/LayerFactoryTests.cs",
        "tests/NeuralCore.Tests/Losses/LossTests.cs",
        "tests/NeuralCore.Tests/Metrics/AccuracyTests.cs",
        "tests/NeuralCore.Tests/Models/ModelSummaryTests.cs",
        "tests/NeuralCore.Tests/Models/SequentialTests.cs",
        "tests/NeuralCore.Tests/Numerics/BannedOperationsTests.cs",
        "tests/NeuralCore.Tests/Numerics/ElementaryTests.cs",
        "tests/NeuralCore.Tests/Numerics/GemmBoundsTests.cs",
        "tests/NeuralCore.Tests/Numerics/GemmReference.cs",
        "tests/NeuralCore.Tests/Numerics/GemmSkippingTests.cs",
        "tests/NeuralCore.Tests/Numerics/GemmTests.cs",
        "tests/NeuralCore.Tests/Numerics/GuardedMemory.cs",
        "tests/NeuralCore.Tests/Numerics/KernelContractTests.cs",
        "tests/NeuralCore.Tests/Numerics/Kernels.cs",
        "tests/NeuralCore.Tests/Numerics/MatrixPrimitivesTensorTests.cs",
        "tests/NeuralCore.Tests/Numerics/MatrixPrimitivesTests.cs",
        "tests/NeuralCore.Tests/Numerics/OptimizerKernelTests.cs",
        "tests/NeuralCore.Tests/Numerics/ReductionsTests.cs",
        "tests/NeuralCore.Tests/Numerics/SampleBytesTests.cs",
        "tests/NeuralCore.Tests/Numerics/SoftmaxKernelTests.cs",
        "tests/NeuralCore.Tests/Optimizers/OptimizerTests.cs",
        "tests/NeuralCore.Tests/Randomness/DropoutKernelTests.cs",
        "tests/NeuralCore.Tests/Randomness/Philox4x32Tests.cs",
        "tests/NeuralCore.Tests/Serialization/AtomicFileTests.cs",
        "tests/NeuralCore.Tests/Serialization/CrashTests.cs",
        "tests/NeuralCore.Tests/Serialization/DamagedFileTests.cs",
        "tests/NeuralCore.Tests/Serialization/HostileFileTests.cs",
        "tests/NeuralCore.Tests/Serialization/LargeDescriptionTests.cs",
        "tests/NeuralCore.Tests/Serialization/LoadWeightsTests.cs",
        "tests/NeuralCore.Tests/Serialization/Long.cs",
        "tests/NeuralCore.Tests/Serialization/ModelFileTests.cs",
        "tests/NeuralCore.Tests/Serialization/TemporaryFolder.cs",
        "tests/NeuralCore.Tests/SmokeTests.cs",
        "tests/NeuralCore.Tests/Support/ChildProcess.cs",
        "tests/NeuralCore.Tests/Support/Faulty.cs",
        "tests/NeuralCore.Tests/Support/NaiveLayers.cs",
        "tests/NeuralCore.Tests/Support/NaiveLoss.cs",
        "tests/NeuralCore.Tests/Support/NaiveNetwork.cs",
        "tests/NeuralCore.Tests/Support/NaiveNetworkTests.cs",
        "tests/NeuralCore.Tests/Support/VectorPathsAttribute.cs",
        "tests/NeuralCore.Tests/Training/CallbackTests.cs",
        "tests/NeuralCore.Tests/Training/CompileTests.cs",
        "tests/NeuralCore.Tests/Training/FitErrorTests.cs",
        "tests/NeuralCore.Tests/Training/Fits.cs",
        "tests/NeuralCore.Tests/Training/LifetimeTests.cs",
        "tests/NeuralCore.Tests/Training/OptimizerPassTests.cs",
        "tests/NeuralCore.Tests/Training/ResumeTests.cs",
        "tests/NeuralCore.Tests/Training/SettingsTextTests.cs",
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
