using System.Text.Json;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Contracts;

/// <summary>The promise: idle threads cost no processor time, and a forgotten trainer leaves nothing behind.</summary>
public class LeftoverTests
{
    [Theory]
    [InlineData("large 2")]
    [InlineData("large 9")]
    [InlineData("small 4")]
    public void No_thread_is_busy_after_training(string sizeAndThreads)
    {
        double milliseconds = ChildProcess.Run($"idle {sizeAndThreads}").GetProperty("milliseconds").GetDouble();

        milliseconds.Should().BeLessThan(60, "one busy thread would take 300");
    }

    [Fact]
    public void Forgotten_trainers_leave_neither_threads_nor_memory()
    {
        JsonElement grown = ChildProcess.Run("forget large 3");

        grown.GetProperty("threads").GetInt32().Should().BeLessThan(10, "300 trainers had 600 threads");
        grown.GetProperty("bytes").GetInt64().Should().BeLessThan(5 << 20);
    }
}
