using NeuralCore.Tests.Contracts;

namespace NeuralCore.Tabular.Tests;

/// <summary>What users can name stands in one reviewed file, as for the core.</summary>
public class PublicApiTests
{
    private const string Approved = "tests/NeuralCore.Tabular.Tests/PublicApi.approved.txt";

    [Fact]
    public void The_public_API_is_the_approved_one()
    {
        string received = new PublicApiPrinter().Print(typeof(Table).Assembly);
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
            File.WriteAllText(Repository.PathOf(Approved), received);

        received.Should().Be(Repository.Read(Approved), "if the change is meant, run this test with UPDATE_APPROVED=1");
    }
}
