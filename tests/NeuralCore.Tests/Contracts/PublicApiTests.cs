using NeuralCore.Models;

namespace NeuralCore.Tests.Contracts;

/// <summary>What users can name stands in one reviewed file, so that no change of it goes unseen.</summary>
public class PublicApiTests
{
    private const string Approved = "tests/NeuralCore.Tests/Contracts/PublicApi.approved.txt";
    private const string UpdateVariable = "UPDATE_APPROVED";

    [Fact]
    public void The_public_API_is_the_approved_one()
    {
        string received = new PublicApiPrinter().Print(typeof(Sequential).Assembly);
        string path = Repository.PathOf(Approved);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
            File.WriteAllText(path, received);

        string approved = File.Exists(path) ? Repository.Read(Approved) : "";
        if (received != approved)
        {
            File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "PublicApi.received.txt"), received);
            Assert.Fail(
                $"The public API has changed (- approved, + now):\n{Difference(approved, received)}\n"
                + $"If that is meant, run this test with {UpdateVariable}=1, commit {Approved}, and add a line to CHANGELOG.md.");
        }
    }

    [Fact]
    public void Implicit_usings_have_all_namespaces_but_that_of_random_numbers()
    {
        string props = Repository.Read("src/NeuralCore/buildTransitive/NeuralCore.props");
        string[] used = System.Xml.Linq.XDocument.Parse(props).Descendants("Using")
            .Select(item => item.Attribute("Include")!.Value).ToArray();

        IEnumerable<string> namespaces = typeof(Sequential).Assembly.GetExportedTypes().Select(type => type.Namespace!).Distinct();

        used.Should().BeEquivalentTo(namespaces.Except(["NeuralCore.Randomness"]));
    }

    [Fact]
    public void The_printer_writes_what_C_sharp_declares()
    {
        string printed = new PublicApiPrinter().Print(typeof(Sequential).Assembly);

        printed.Should().Contain("public sealed class Dense : Layer\n")
            .And.Contain("public Dense(int units, Activation? activation = null, "
                + "Initializer? kernelInitializer = null, Initializer? biasInitializer = null, bool useBias = true, "
                + "Regularizer? kernelRegularizer = null, Regularizer? biasRegularizer = null, Constraint? kernelConstraint = null, "
                + "string? name = null)")
            .And.Contain("protected internal abstract Shape Build(Shape input, LayerBuilder builder)")
            .And.Contain("public readonly ref struct LossPass<TTarget> where TTarget : unmanaged")
            .And.Contain("public required int Rows { get; init; }")
            .And.Contain("public static Trainer<TTarget> Compile<TTarget>(this Sequential model, "
                + "Optimizer optimizer, Loss<TTarget> loss, params IMetric<TTarget>[] metrics) where TTarget : unmanaged")
            .And.Contain("[Flags] public enum BackwardReads : int\n    None = 0\n    Input = 1\n    Output = 2\n")
            .And.NotContain("ModelLock");
    }

    [Fact]
    public void A_difference_shows_only_what_changed()
    {
        Difference("namespace A\n    one\n    two\n", "namespace A\n    one\n    three\n").Should().Be("-     two\n+     three");
    }

    // Lines are compared as a set with counts: members are sorted, so that their place says nothing.
    private static string Difference(string approved, string received)
    {
        List<string> lines = [];
        lines.AddRange(Only(approved, received).Select(line => "- " + line));
        lines.AddRange(Only(received, approved).Select(line => "+ " + line));
        return lines.Count == 0 ? "(the same lines in another order)" : string.Join('\n', lines);
    }

    private static List<string> Only(string text, string other)
    {
        Dictionary<string, int> left = other.Split('\n').GroupBy(line => line).ToDictionary(group => group.Key, group => group.Count());
        return text.Split('\n').Where(line => (left[line] = left.GetValueOrDefault(line) - 1) < 0).ToList();
    }
}
