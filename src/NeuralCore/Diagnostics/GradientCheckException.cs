namespace NeuralCore.Diagnostics;

/// <summary>A gradient check failed; the message says where and by how much.</summary>
public sealed class GradientCheckException : Exception
{
    internal GradientCheckException(string message)
        : base(message)
    {
    }
}
