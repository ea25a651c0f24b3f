namespace NeuralCore.Benchmarks.Comparison;

/// <summary>A comparison cannot be run; the message says why and what to do.</summary>
internal sealed class ComparisonException(string message) : Exception(message);
