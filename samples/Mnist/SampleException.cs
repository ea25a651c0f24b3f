namespace NeuralCore.Samples.Mnist;

/// <summary>An error that the user can fix. The message is one line for standard error; the program ends with exit code 1.</summary>
internal sealed class SampleException(string message, Exception? inner = null) : Exception(message, inner);
