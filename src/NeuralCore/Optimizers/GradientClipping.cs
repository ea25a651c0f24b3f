namespace NeuralCore.Optimizers;

/// <summary>
/// Limits gradients before an optimizer reads them: <c>new Adam { Clipping = GradientClipping.ByGlobalNorm(1) }</c>. Works with every
/// optimizer.
/// </summary>
/// <remarks>
/// Norms are Euclidean and summed in double in a fixed order, so that the bits do not depend on the number of threads. The gradients are
/// those of the mean loss of the batch. Weight decay is not part of them. A gradient with a NaN stays NaN and ends training, as without
/// clipping; so does an infinite one, except with <see cref="ByValue"/>, which limits it. Source: Pascanu, Mikolov and Bengio 2013.
/// </remarks>
public sealed class GradientClipping
{
    private readonly string _name;

    private GradientClipping(ClippingKind kind, string name, double limit)
    {
        Kind = kind;
        Limit = SettingChecks.FiniteAndPositive(limit, "The limit of gradients");
        _name = name;
    }

    /// <summary>The largest magnitude or norm that is left as it is.</summary>
    public double Limit { get; }

    internal ClippingKind Kind { get; }

    /// <summary>Whether norms of gradients are needed.</summary>
    internal bool NeedsNorms => Kind != ClippingKind.Value;

    /// <summary>Every value of a gradient is limited to [-limit, limit], as by <c>clipvalue</c> in Keras.</summary>
    /// <param name="limit">The limit; finite, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not finite or not above 0.</exception>
    public static GradientClipping ByValue(double limit) => new(ClippingKind.Value, nameof(ByValue), limit);

    /// <summary>
    /// The gradient of a parameter whose norm is above the limit is scaled down to it: <c>g limit / |g|</c>, for each parameter by itself,
    /// as by <c>clipnorm</c> in Keras.
    /// </summary>
    /// <inheritdoc cref="ByValue"/>
    public static GradientClipping ByNorm(double limit) => new(ClippingKind.Norm, nameof(ByNorm), limit);

    /// <summary>
    /// If the norm of the gradients of all trained parameters together is above the limit, all are scaled by <c>limit / norm</c>, as by
    /// <c>global_clipnorm</c> in Keras and <c>clip_grad_norm_</c> in PyTorch (which adds 1e-6 to the norm).
    /// </summary>
    /// <inheritdoc cref="ByValue"/>
    public static GradientClipping ByGlobalNorm(double limit) => new(ClippingKind.GlobalNorm, nameof(ByGlobalNorm), limit);

    /// <summary>The clipping with its limit: <c>ByGlobalNorm(1)</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{_name}({Limit})");
}

/// <summary>What is limited.</summary>
internal enum ClippingKind
{
    Value,
    Norm,
    GlobalNorm,
}
