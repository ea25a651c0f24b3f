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

    [SkippableFact]
    public void A_limit_on_threads_is_an_error_that_leaves_no_thread_behind()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"),
            "Needs Linux, root and setpriv (util-linux).");
        JsonElement crowd = ChildProcess.RunWithFewThreads(limit: 100, "crowd small 500");

        crowd.GetProperty("message").GetString().Should()
            .MatchRegex(@"^Only \d+ of 499 worker threads could be started\. Use fewer threads");
        crowd.GetProperty("threads").GetInt32().Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Forgotten_trainers_leave_neither_threads_nor_memory()
    {
        JsonElement grown = ChildProcess.Run("forget large 3");

        grown.GetProperty("threads").GetInt32().Should().BeLessThan(10, "300 trainers had 600 threads");
        grown.GetProperty("bytes").GetInt64().Should().BeLessThan(5 << 20);
    }
}
