namespace NeuralCore.Initializers;

/// <summary>What <see cref="VarianceScaling"/> divides its scale by.</summary>
public enum FanMode
{
    /// <summary>The number of inputs.</summary>
    FanIn,

    /// <summary>The number of outputs.</summary>
    FanOut,

    /// <summary>The mean of both.</summary>
    FanAverage,
}
