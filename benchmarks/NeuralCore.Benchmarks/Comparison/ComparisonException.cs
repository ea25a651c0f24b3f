namespace NeuralCore.Benchmarks.Comparison;

/// <summary>A comparison cannot be made; the message says why and what to do.</summary>
internal sealed class ComparisonException(string message) : Exception(message);
