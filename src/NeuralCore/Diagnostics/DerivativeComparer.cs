using NeuralCore.Randomness;

namespace NeuralCore.Diagnostics;

/// <summary>Compares claimed gradients with numeric derivatives, element by element.</summary>
internal sealed class DerivativeComparer
{
    // Slopes that differ by less than this share of the larger are one slope seen with rounding and curvature.
    private const double KinkContrast = 0.02;

    private const int StepCount = 8;

    private readonly GradientSubject _subject;
    private readonly GradientCheckOptions _options;
    private readonly double[][] _outputs;

    internal DerivativeComparer(GradientSubject subject, GradientCheckOptions options)
    {
        _subject = subject;
        _options = options;
        _outputs = new double[5][];
        for (int i = 0; i < _outputs.Length; i++)
            _outputs[i] = new double[subject.Weights.Length];
    }

    internal GradientReport Compare(string name)
    {
        _subject.ClaimGradients();
        List<GradientElement> worst = [];
        int elements = 0;
        int kinks = 0;
        for (int t = 0; t < _subject.Tensors.Count; t++)
        {
            VariedTensor tensor = _subject.Tensors[t];
            int[] indices = Indices(tensor.Values.Length, t);
            (double Numeric, bool IsKink)[] derivatives = Array.ConvertAll(indices, index => Derivative(tensor, index));

            // The scale comes from both, so that a gradient claimed to be zero everywhere is measured against the true one.
            double squares = 0;
            for (int i = 0; i < indices.Length; i++)
                squares += Math.Max(Square(tensor.Claimed[indices[i]]), Square(derivatives[i].Numeric));
            double scale = Math.Sqrt(squares / indices.Length);

            GradientElement worstHere = new(tensor.Name, 0, 0, 0, 0);
            for (int i = 0; i < indices.Length; i++)
            {
                if (derivatives[i].IsKink)
                {
                    kinks++;
                    continue;
                }
                elements++;
                double claimed = tensor.Claimed[indices[i]];
                double numeric = derivatives[i].Numeric;
                double allowed = _options.RelativeTolerance * Math.Max(Math.Abs(claimed), Math.Abs(numeric)) + _options.AbsoluteTolerance * scale;
                double error = claimed == numeric ? 0 : Math.Abs(claimed - numeric) / allowed;
                if (double.IsNaN(error))
                    error = double.PositiveInfinity;
                if (error > worstHere.Error || i == 0)
                    worstHere = new GradientElement(tensor.Name, indices[i], claimed, numeric, error);
            }
            worst.Add(worstHere);
        }
        return new GradientReport(name, worst, elements, kinks, null, _options);
    }

    private static double Square(double value) => value * value;

    private int[] Indices(int length, int tensor)
    {
        int[] all = Enumerable.Range(0, length).ToArray();
        if (length <= _options.ElementsPerTensor)
            return all;
        RandomStream.Derive((ulong)_options.Seed, RandomPurpose.Diagnostics, tensor + 1).Shuffle(all, 0);
        return all[.._options.ElementsPerTensor];
    }

    private (double Numeric, bool IsKink) Derivative(VariedTensor tensor, int index)
    {
        float value = tensor.Values.Span[index];
        float step = 0.125f;
        // The smallest step follows the value, down to where rounding would drown the difference.
        float smallest = Math.Clamp(Math.Abs(value), 1f / 256, 1f) / 256;
        float ratio = MathF.Sqrt(MathF.Sqrt(MathF.Sqrt(smallest / step)));
        double previous = double.NaN;
        double best = double.NaN;
        double bestChange = double.PositiveInfinity;
        for (int i = 0; i < StepCount; i++, step *= ratio)
        {
            double derivative = FourPoint(tensor, index, value, step);
            double change = Math.Abs(derivative - previous);
            if (change < bestChange)
            {
                // Of two that agree the larger step suffers less from rounding.
                bestChange = change;
                best = previous;
            }
            previous = derivative;
        }
        if (double.IsNaN(best))
            best = previous;
        return (best, IsKink(tensor, index, value, best, smallest));
    }

    private double FourPoint(VariedTensor tensor, int index, float value, float step)
    {
        // Differences of what the additions really gave, not of what was asked.
        double near = Evaluate(tensor, index, value, step, 0) - (double)Evaluate(tensor, index, value, -step, 1);
        double far = Evaluate(tensor, index, value, 2 * step, 2) - (double)Evaluate(tensor, index, value, -2 * step, 3);
        double nearSum = 0;
        double farSum = 0;
        ReadOnlySpan<double> weights = _subject.Weights;
        for (int i = 0; i < weights.Length; i++)
        {
            nearSum += weights[i] * (_outputs[0][i] - _outputs[1][i]);
            farSum += weights[i] * (_outputs[2][i] - _outputs[3][i]);
        }
        return (4 * (nearSum / near) - farSum / far) / 3;
    }

    // Where the claim disagrees, a kink excuses it only if the slopes on both sides differ and the claim lies between them.
    private bool IsKink(VariedTensor tensor, int index, float value, double numeric, float step)
    {
        double claimed = tensor.Claimed[index];
        double size = Math.Max(Math.Abs(claimed), Math.Abs(numeric));
        if (Math.Abs(claimed - numeric) <= _options.RelativeTolerance * size)
            return false;
        double right = OneSided(tensor, index, value, step);
        double left = OneSided(tensor, index, value, -step);
        double contrast = KinkContrast * Math.Max(Math.Abs(left), Math.Abs(right));
        double slack = contrast / 2;
        return Math.Abs(left - right) > contrast && claimed >= Math.Min(left, right) - slack && claimed <= Math.Max(left, right) + slack
            && Math.Abs(left - right) > 10 * Rounding(step);
    }

    private double OneSided(VariedTensor tensor, int index, float value, float step)
    {
        double distance = Evaluate(tensor, index, value, step, 0) - (double)Evaluate(tensor, index, value, 0, 4);
        double sum = 0;
        for (int i = 0; i < _subject.Weights.Length; i++)
            sum += _subject.Weights[i] * (_outputs[0][i] - _outputs[4][i]);
        return sum / distance;
    }

    // What rounding of the outputs to float can make of a slope.
    private double Rounding(float step)
    {
        double sum = 0;
        for (int i = 0; i < _subject.Weights.Length; i++)
        {
            if (_outputs[0][i] != _outputs[4][i])
                sum += Math.Abs(_subject.Weights[i] * _outputs[0][i]) * 6e-8;
        }
        return sum / step;
    }

    private float Evaluate(VariedTensor tensor, int index, float value, float change, int slot)
    {
        ref float element = ref tensor.Values.Span[index];
        element = value + change;
        float moved = element;
        _subject.Evaluate(_outputs[slot]);
        element = value;
        return moved;
    }
}
