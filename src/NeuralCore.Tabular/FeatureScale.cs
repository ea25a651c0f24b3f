using System.Globalization;
using NeuralCore.Initializers;
using NeuralCore.Layers;

namespace NeuralCore.Tabular;

/// <summary>
/// A learned factor for each input: <c>y = x m s</c>, s beginning at 1/m. With Adam, whose steps do not depend on the size of a gradient,
/// the factor m s learns m times as fast as the other weights.
/// </summary>
/// <remarks>
/// It lets the network weigh inputs against each other, a soft selection of features. Shape: [inputs], kept. Source: the scaling layer of
/// Holzmüller et al. 2024 (RealMLP), which has a learning rate 6 times that of the others.
/// </remarks>
internal sealed class FeatureScale(float multiplier, string? name = null) : Layer(name)
{
    internal const string FileKind = "FeatureScale";
    private const string Setting = "multiplier";

    private Parameter _scale = null!;

    internal static FeatureScale Create(LayerDescription description, string? name)
    {
        float multiplier = (float)description.GetDouble(Setting);
        return multiplier > 0 && float.IsFinite(multiplier)
            ? new FeatureScale(multiplier, name)
            : throw new FormatException($"{FileKind}: the multiplier must be finite and above 0.");
    }

    protected override Shape Build(Shape input, LayerBuilder builder)
    {
        if (input.Rank != 1)
            throw builder.Reject("a vector", input, "Put a Flatten before it.");
        _scale = builder.AddParameter("scale", input, new Constant(1 / multiplier), decayed: false);
        builder.BackwardReads = BackwardReads.Input;
        return input;
    }

    protected override void Forward(in ForwardPass pass)
    {
        ReadOnlySpan<float> scale = _scale.Values;
        for (int start = 0; start < pass.Input.Length; start += scale.Length)
        {
            for (int j = 0; j < scale.Length; j++)
                pass.Output[start + j] = pass.Input[start + j] * (multiplier * scale[j]);
        }
    }

    protected override void Backward(in BackwardPass pass)
    {
        ReadOnlySpan<float> scale = _scale.Values;
        for (int start = 0; start < pass.InputGradient.Length; start += scale.Length)
        {
            for (int j = 0; j < scale.Length; j++)
                pass.InputGradient[start + j] = pass.OutputGradient[start + j] * (multiplier * scale[j]);
        }
    }

    protected override void ComputeParameterGradients(in GradientPass pass)
    {
        int width = _scale.Shape.Size;
        for (int j = 0; j < pass.Count; j++)
        {
            float sum = 0;
            for (int i = pass.Start + j; i < pass.Rows * width; i += width)
                sum += pass.Input[i] * pass.OutputGradient[i];
            pass.Gradient[j] = multiplier * sum;
        }
    }

    protected override LayerDescription Describe() =>
        new LayerDescription(FileKind, multiplier.ToString(CultureInfo.InvariantCulture)).With(Setting, multiplier);
}
