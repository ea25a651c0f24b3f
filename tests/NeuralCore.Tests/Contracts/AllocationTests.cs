using System.Text.Json;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Contracts;

/// <summary>
/// The promise: once warm, training steps and predictions allocate nothing, on no thread. Counted in a process where nobody else allocates.
/// </summary>
public class AllocationTests
{
    [Theory]
    [InlineData("small 1")]
    [InlineData("large 1")]
    [InlineData("large 2")]
    [InlineData("large 5")]
    public void A_thousand_steps_and_predictions_allocate_nothing(string sizeAndThreads)
    {
        // The runtime itself allocates a few bytes when it recompiles a method that has become hot: compile all of them fully at once.
        JsonElement bytes = ChildProcess.Run($"allocate {sizeAndThreads}", ("DOTNET_TieredCompilation", "0"));

        bytes.GetProperty("steps").GetInt64().Should().Be(0, "of TrainStep");
        bytes.GetProperty("weighted").GetInt64().Should().Be(0, "of TrainStep with weights, of other losses");
        bytes.GetProperty("fit").GetInt64().Should().Be(0, "of steps inside Fit");
        bytes.GetProperty("one").GetInt64().Should().Be(0, "of Predict on one row");
        bytes.GetProperty("batch").GetInt64().Should().Be(0, "of Predict on a batch");
    }
}
