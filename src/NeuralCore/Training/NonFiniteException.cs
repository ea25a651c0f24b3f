namespace NeuralCore.Training;

/// <summary>The loss or a weight became NaN or infinite; training stopped at that step.</summary>
public sealed class NonFiniteException : ArithmeticException
{
    internal NonFiniteException(string message, long step, float learningRate, string? layer, int lastGoodEpoch)
        : base(message)
    {
        Step = step;
        LearningRate = learningRate;
        Layer = layer;
        LastGoodEpoch = lastGoodEpoch;
    }

    /// <summary>The step, from 1, counted over all fits of the trainer.</summary>
    public long Step { get; }

    /// <summary>The learning rate of that step.</summary>
    public float LearningRate { get; }

    /// <summary>The first layer with a non-finite weight or output; null when the input or only the loss is not finite.</summary>
    public string? Layer { get; }

    /// <summary>The last epoch, from 1, that was completed before; 0 for none.</summary>
    public int LastGoodEpoch { get; }
}
