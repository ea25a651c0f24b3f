namespace NeuralCore.Tests.Serialization;

/// <summary>
/// Tests that repeat something at random: a quick number in every run, the full number when <c>NEURALCORE_LONG_TESTS=1</c>.
/// </summary>
internal static class Long
{
    internal static bool IsWanted => Environment.GetEnvironmentVariable("NEURALCORE_LONG_TESTS") == "1";

    internal static int Times(int quick, int full) => IsWanted ? full : quick;
}
