namespace NeuralCore.Optimizers;

/// <summary>
/// Adam with decoupled weight decay λ: <c>w -= lr λ w</c>, then Adam's update, in one pass over the weights. Biases and the parameters of
/// normalisation layers are not decayed.
/// </summary>
/// <remarks>
/// Source: Loshchilov and Hutter 2019, the form of Keras and PyTorch, in which λ is multiplied by the learning rate of the step. The same
/// bits as <see cref="Adam"/> with <see cref="Optimizer.WeightDecay"/> set; this class sets it by default.
/// </remarks>
public sealed class AdamW : Adam
{
    /// <summary>Describes the optimizer; the defaults are Keras'.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="weightDecay">The weight decay λ, at least 0. PyTorch's default is 0.01.</param>
    /// <param name="beta1">The decay rate of the running mean of gradients: at least 0, below 1.</param>
    /// <param name="beta2">The decay rate of the running mean of squared gradients: at least 0, below 1.</param>
    /// <param name="epsilon">Prevents division by 0; above 0. PyTorch's default is 1e-8.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public AdamW(
        double learningRate = 0.001, double weightDecay = 0.004, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
        : base(learningRate, beta1, beta2, epsilon) => WeightDecay = weightDecay;
}
