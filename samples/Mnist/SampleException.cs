namespace NeuralCore.Samples.Mnist;

/// <summary>Something the user can mend. The message is one line for stderr; the program ends with exit code 1.</summary>
internal sealed class SampleException(string message, Exception? inner = null) : Exception(message, inner);
