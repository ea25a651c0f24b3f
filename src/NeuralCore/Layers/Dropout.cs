using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Randomness;

namespace NeuralCore.Layers;

/// <summary>
/// Inverted dropout: in training each element is set to 0 with probability <c>rate</c> and the others are multiplied by
/// <c>1 / (1 - rate)</c>, so that the expected value is unchanged; in prediction the input is passed through.
/// </summary>
/// <remarks>
/// Source: Srivastava et al. 2014. The mask is not stored: whether an element is dropped depends only on the model's seed, the step, the
/// row and the column, and the backward pass draws it again.
/// </remarks>
public sealed unsafe class Dropout : Layer
{
    private RandomStream _stream;
    private uint _dropBelow;
    private float _scale;

    /// <summary>Describes a dropout layer.</summary>
    /// <param name="rate">The probability that an element is dropped: at least 0, below 1.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public Dropout(double rate, string? name = null)
        : base(name)
    {
        if (!(rate >= 0 && rate < 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "The dropout rate must be at least 0 and below 1.");
        Rate = rate;
    }

    /// <summary>The probability that an element is dropped.</summary>
    public double Rate { get; }

    internal override bool? GivesProbabilities => false;

    /// <inheritdoc/>
    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        _stream = builder.CreateRandomStream("mask");
        _dropBelow = (uint)Math.Min(Math.Round(Rate * 4294967296.0), uint.MaxValue);
        _scale = (float)(1 / (1 - Rate));
        builder.BackwardReads = BackwardReads.None;
        builder.CanRunInPlace = true;
        builder.MaskScale = Rate == 0 ? 1 : _scale;
        return input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Forward(in ForwardPass pass)
    {
        if (!pass.IsTraining || Rate == 0)
        {
            pass.Input.CopyTo(pass.Output);
            return;
        }
        Apply(pass.Input, pass.Output, pass.Rows, pass.FirstRow, pass.Step);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Backward(in BackwardPass pass)
    {
        if (Rate == 0)
        {
            pass.OutputGradient.CopyTo(pass.InputGradient);
            return;
        }
        Apply(pass.OutputGradient, pass.InputGradient, pass.Rows, pass.FirstRow, pass.Step);
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        new LayerDescription("Dropout", LayerDescription.Format(Rate)).With("rate", Rate);

    private void Apply(ReadOnlySpan<float> source, Span<float> destination, int rows, int firstRow, long step)
    {
        fixed (float* from = &MemoryMarshal.GetReference(source), to = &MemoryMarshal.GetReference(destination))
            DropoutKernel.Apply(from, to, rows, destination.Length / rows, firstRow, (ulong)step, _stream.Key, _dropBelow, _scale);
    }
}
