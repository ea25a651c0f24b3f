using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Tabular;

/// <summary>
/// Centers each input at its median and divides it by its interquartile range, both of the training data: <c>y = (x - median) / (q75 -
/// q25)</c>. Missing values (NaN) do not count for them, and stay missing.
/// </summary>
/// <remarks>
/// Where the quartiles are equal, the divisor is half the range; an input that is constant becomes 0. Neither is trained. Shape:
/// [inputs], kept. Source: Holzmüller et al. 2024 (RealMLP), section 3; quartiles interpolated linearly, as in NumPy.
/// </remarks>
internal sealed class RobustScaler : Layer
{
    internal const string FileKind = "RobustScaler";

    private readonly float[]? _fitted;
    private Parameter _centers = null!;
    private Parameter _factors = null!;

    private RobustScaler(float[]? fitted, string? name)
        : base(name) => _fitted = fitted;

    /// <summary>Learns from samples, row-major, which may have missing values (NaN).</summary>
    internal static RobustScaler Fit(ReadOnlySpan<float> samples, int width)
    {
        int count = samples.Length / width;
        float[] fitted = new float[2 * width];
        float[] column = new float[count];
        for (int j = 0; j < width; j++)
        {
            int present = 0;
            for (int i = 0; i < count; i++)
            {
                float value = samples[i * width + j];
                if (!float.IsNaN(value))
                    column[present++] = value;
            }
            (fitted[j], fitted[width + j]) = Learn(column.AsSpan(0, present));
        }
        return new RobustScaler(fitted, null);
    }

    internal static RobustScaler Create(LayerDescription _, string? name) => new(null, name);

    /// <summary>Whether what a file brought can have been learned.</summary>
    internal bool IsSound => !_factors.Values.ContainsAnyInRange(float.NegativeInfinity, -float.Epsilon);

    protected override Shape Build(Shape input, LayerBuilder builder)
    {
        if (input.Rank != 1)
            throw builder.Reject("a vector", input, "Put a Flatten before it.");
        _centers = builder.AddStatistic("centers", input, new Fitted(_fitted is null ? [] : _fitted[..input.Size]));
        _factors = builder.AddStatistic("factors", input, new Fitted(_fitted is null ? [] : _fitted[input.Size..]));
        builder.BackwardReads = BackwardReads.None;
        builder.CanRunInPlace = true;
        return input;
    }

    protected override void Forward(in ForwardPass pass)
    {
        ReadOnlySpan<float> centers = _centers.Values;
        ReadOnlySpan<float> factors = _factors.Values;
        for (int start = 0; start < pass.Input.Length; start += centers.Length)
        {
            for (int j = 0; j < centers.Length; j++)
                pass.Output[start + j] = (pass.Input[start + j] - centers[j]) * factors[j];
        }
    }

    protected override void Backward(in BackwardPass pass)
    {
        ReadOnlySpan<float> factors = _factors.Values;
        for (int i = 0; i < pass.InputGradient.Length; i++)
            pass.InputGradient[i] = pass.OutputGradient[i] * factors[i % factors.Length];
    }

    protected override LayerDescription Describe() => new(FileKind);

    private static (float Center, float Factor) Learn(Span<float> values)
    {
        if (values.IsEmpty)
            return (0, 0);
        values.Sort();
        double divisor = Quantile(values, 0.75) - Quantile(values, 0.25);
        if (divisor == 0)
            divisor = ((double)values[^1] - values[0]) / 2;
        float factor = (float)(1 / divisor);
        return ((float)Quantile(values, 0.5), divisor == 0 || !float.IsFinite(factor) ? 0 : factor);
    }

    private static double Quantile(ReadOnlySpan<float> sorted, double share)
    {
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * ((double)sorted[above] - sorted[below]);
    }

    private sealed class Fitted(float[] learned) : Initializer
    {
        protected override void Initialize(Span<float> values, Shape shape, Fans fans, RandomStream stream) => learned.CopyTo(values);

        protected override LayerDescription Describe() => new("Fitted");
    }
}
