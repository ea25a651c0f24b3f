using System.Runtime.CompilerServices;
using NeuralCore.Initializers;
using NeuralCore.Numerics;

namespace NeuralCore.Layers;

/// <summary>
/// Normalizes each vector of the last axis by itself: <c>y = (x - μ) γ / sqrt(σ² + ε) + β</c>, with μ and σ² the vector's own mean and
/// variance. γ and β have the shape of the last axis. Rows do not depend on each other; training and prediction are alike.
/// </summary>
/// <remarks>
/// <para>Source: Ba, Kiros and Hinton 2016. Keras' ε is 1e-3, PyTorch's 1e-5.</para>
/// <para>Gradients, with x̂ the normalized vector, g = dy γ and means over the vector:
/// <c>dx = (g - mean(g) - x̂ mean(g x̂)) / sqrt(σ² + ε)</c>, <c>dγ = Σ dy x̂</c>, <c>dβ = Σ dy</c>, summed over the rows in order.</para>
/// </remarks>
public sealed unsafe class LayerNormalization : Layer
{
    private Parameter? _gamma;
    private Parameter? _beta;

    /// <summary>Describes the layer; the defaults are Keras'.</summary>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <param name="center">Whether there is a β.</param>
    /// <param name="scale">Whether there is a γ.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is not finite and above 0.</exception>
    public LayerNormalization(double epsilon = 1e-3, bool center = true, bool scale = true, string? name = null)
        : base(name)
    {
        Epsilon = SettingChecks.FiniteAndPositive(epsilon, "Epsilon");
        Center = center;
        Scale = scale;
    }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Whether there is a β.</summary>
    public bool Center { get; }

    /// <summary>Whether there is a γ.</summary>
    public bool Scale { get; }

    internal override bool? GivesProbabilities => false;

    // The length of the vectors, and how many a sample has.
    private int Width => InputShape[InputShape.Rank - 1];

    private int Vectors => InputShape.Size / Width;

    private float* Gamma => _gamma is null ? null : _gamma.Pointer;

    private float* Beta => _beta is null ? null : _beta.Pointer;

    /// <inheritdoc/>
    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        if (input.Rank == 0)
            throw builder.Reject("a vector, or several", input, "A single number has no variance.");
        int width = input[input.Rank - 1];
        _gamma = Scale ? builder.AddParameter("gamma", [width], new Constant(1), decayed: false) : null;
        _beta = Center ? builder.AddParameter("beta", [width], new Zeros(), decayed: false) : null;
        builder.BackwardReads = BackwardReads.Input;
        // Mean and 1 / sqrt(variance + epsilon) of each vector.
        builder.CachePerSample(2 * (input.Size / width));
        return input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Forward(in ForwardPass pass)
    {
        fixed (float* x = pass.Input, y = pass.Output, cache = pass.Cache)
            LayerNormalizationKernel.Forward(x, Gamma, Beta, y, cache, pass.Rows * Vectors, Width, (float)Epsilon);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Backward(in BackwardPass pass)
    {
        fixed (float* x = pass.Input, dy = pass.OutputGradient, dx = pass.InputGradient, cache = pass.Cache)
            LayerNormalizationKernel.Backward(x, dy, Gamma, cache, dx, pass.Rows * Vectors, Width);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void ComputeParameterGradients(in GradientPass pass)
    {
        fixed (float* x = pass.Input, dy = pass.OutputGradient, cache = pass.Cache, gradient = pass.Gradient)
        {
            float* input = pass.Parameter == _gamma ? x + pass.Start : null;
            LayerNormalizationKernel.ParameterGradients(
                input, dy + pass.Start, cache, pass.Rows * Vectors, Width, pass.Count, pass.ContinuesSum, gradient);
        }
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe()
    {
        string text = $"epsilon: {LayerDescription.Format(Epsilon)}" + (Center ? "" : ", center: false") + (Scale ? "" : ", scale: false");
        return new LayerDescription("LayerNormalization", text).With("epsilon", Epsilon).With("center", Center).With("scale", Scale);
    }
}
