namespace NeuralCore.Layers;

/// <summary>Reads a sample of any shape as one vector, row-major: [28, 28] becomes [784]. No copy is made.</summary>
public sealed class Flatten : Layer
{
    /// <summary>Describes the layer.</summary>
    /// <param name="name">The name, unique in the model.</param>
    public Flatten(string? name = null)
        : base(name)
    {
    }

    /// <inheritdoc/>
    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        builder.BackwardReads = BackwardReads.None;
        builder.IsView = true;
        return [input.Size];
    }

    /// <inheritdoc/>
    protected internal override void Forward(in ForwardPass pass) => pass.Input.CopyTo(pass.Output);

    /// <inheritdoc/>
    protected internal override void Backward(in BackwardPass pass) => pass.OutputGradient.CopyTo(pass.InputGradient);

    /// <inheritdoc/>
    protected internal override LayerDescription Describe() => new("Flatten");
}
