namespace NeuralCore.Serialization;

/// <summary>To come.</summary>

public sealed class Checkpoint
{
    internal const string Key = "neuralcore.checkpoint";

    internal static bool IsState(string name) => name.StartsWith("state/", StringComparison.Ordinal);
}
