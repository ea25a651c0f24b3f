namespace NeuralCore.Data;

/// <summary>
/// All samples of a source where they are in memory: floats, or bytes of which each stands for <c>value * Scale</c>. Empty where they are
/// not.
/// </summary>
internal readonly record struct SampleMemory(ReadOnlyMemory<float> Floats, ReadOnlyMemory<byte> Bytes, float Scale)
{
    internal bool IsEmpty => Floats.IsEmpty && Bytes.IsEmpty;
}
