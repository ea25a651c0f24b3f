namespace NeuralCore.Numerics;

/// <summary>A differentiable function of one number, for sixteen at a time.</summary>
internal interface IElementwiseFunction
{
    /// <summary>y = f(x).</summary>
    T Forward<T>(T x)
        where T : struct, ILanes<T>;

    /// <summary>
    /// <c>dx = dy f'(x)</c>, with <paramref name="value"/> x or y: whichever the layer declared that its backward pass reads.
    /// </summary>
    T Backward<T>(T value, T dy)
        where T : struct, ILanes<T>;
}
