using System.Runtime.CompilerServices;
using NeuralCore.Randomness;

namespace NeuralCore.Layers;

/// <summary>
/// Adds normal noise in training: <c>y = x + σ z</c> with z from the normal distribution with mean 0 and standard deviation 1; in
/// prediction the input is passed through.
/// </summary>
/// <remarks>
/// Source: Bishop 1995, "Training with noise is equivalent to Tikhonov regularization"; Keras' <c>GaussianNoise</c>. The noise depends only
/// on the model's seed, the step, the row and the column. Gradient: <c>dx = dy</c>.
/// </remarks>
public sealed unsafe class GaussianNoise : Layer
{
    private RandomStream _stream;

    /// <summary>Describes the layer.</summary>
    /// <param name="standardDeviation">The noise's standard deviation σ; finite, at least 0.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">The standard deviation is out of range.</exception>
    public GaussianNoise(double standardDeviation, string? name = null)
        : base(name) => StandardDeviation = SettingChecks.FiniteAndNotNegative(standardDeviation, "The standard deviation");

    /// <summary>The noise's standard deviation.</summary>
    public double StandardDeviation { get; }

    internal override bool? GivesProbabilities => false;

    /// <inheritdoc/>
    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        _stream = builder.CreateRandomStream("noise");
        builder.BackwardReads = BackwardReads.None;
        builder.CanRunInPlace = true;
        return input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Forward(in ForwardPass pass)
    {
        if (!pass.IsTraining || StandardDeviation == 0)
        {
            pass.Input.CopyTo(pass.Output);
            return;
        }
        fixed (float* x = pass.Input, y = pass.Output)
        {
            NoiseKernel.Add(
                x, y, pass.Rows, pass.Output.Length / pass.Rows, pass.FirstRow, (ulong)pass.Step, _stream.Key, (float)StandardDeviation);
        }
    }

    /// <inheritdoc/>
    protected internal override void Backward(in BackwardPass pass) => pass.OutputGradient.CopyTo(pass.InputGradient);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() =>
        new LayerDescription("GaussianNoise", LayerDescription.Format(StandardDeviation)).With("standardDeviation", StandardDeviation);
}
