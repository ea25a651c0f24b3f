using NeuralCore.Randomness;

namespace NeuralCore.Diagnostics;

/// <summary>Compares claimed gradients with numeric derivatives, element by element.</summary>
internal sealed class DerivativeComparer
{
    // Slopes that differ by less than this share of the larger one differ because of curvature.
    private const double KinkContrast = 0.005;
    private const float LargestKinkStep = 1f / 16;

    private const float LargestStep = 0.25f;
    private const int StepCount = 17;

    private readonly GradientSubject _subject;
    private readonly GradientCheckOptions _options;
    private readonly double[][] _outputs;
    private double _resolution;

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
        SetResolution();
        List<GradientElement> worst = [];
        int elements = 0;
        int kinks = 0;
        for (int t = 0; t < _subject.Tensors.Count; t++)
        {
            VariedTensor tensor = _subject.Tensors[t];
            if (tensor.IsInput && !_options.ChecksInput)
                continue;
            int[] indices = Indices(tensor.Values.Span, t);
            if (indices.Length == 0)
                continue;
            (double Numeric, double Doubt, bool IsKink)[] derivatives = Array.ConvertAll(indices, index => Derivative(tensor, index));

            // The scale uses both, so that a gradient that is wrongly zero everywhere is compared with the true one.
            double squares = 0;
            for (int i = 0; i < indices.Length; i++)
                squares += Math.Max(FiniteSquare(tensor.Claimed[indices[i]]), FiniteSquare(derivatives[i].Numeric));
            double scale = Math.Sqrt(squares / indices.Length);

            GradientElement worstHere = new(tensor.Name, 0, 0, 0, 0);
            for (int i = 0; i < indices.Length; i++)
            {
                double claimed = tensor.Claimed[indices[i]];
                double numeric = derivatives[i].Numeric;
                double larger = Math.Max(Math.Abs(claimed), Math.Abs(numeric));
                double allowed = _options.RelativeTolerance * larger + _options.AbsoluteTolerance * scale + _resolution;
                double error = claimed == numeric ? 0 : Math.Abs(claimed - numeric) / allowed;
                if (double.IsNaN(error))
                    error = double.PositiveInfinity;
                // So near a kink that rounding dominates all steps short of it: this element is undecided too.
                bool isUndecided = error > 1 && Math.Abs(claimed - numeric) <= 2 * derivatives[i].Doubt;
                if (derivatives[i].IsKink || isUndecided)
                {
                    kinks++;
                    continue;
                }
                elements++;
                if (error > worstHere.Error || i == 0)
                    worstHere = new GradientElement(tensor.Name, indices[i], claimed, numeric, error);
            }
            worst.Add(worstHere);
        }
        return new GradientReport(name, worst, elements, kinks, null, _options);
    }

    // A NaN in the scale would fail every element and hide the one that caused it.
    private static double FiniteSquare(double value) => double.IsFinite(value) ? value * value : 0;

    // The outputs are floats: no step can tell a smaller slope from 0. A tensor whose gradient is 0 because its terms cancel, such as a
    // bias before a batch normalization, has a claimed gradient of rounding errors.
    private void SetResolution()
    {
        _subject.Evaluate(_outputs[0]);
        double sum = 0;
        for (int i = 0; i < _subject.Weights.Length; i++)
            sum += Math.Abs(_subject.Weights[i] * _outputs[0][i]) * 6e-8;
        _resolution = double.IsFinite(sum) ? sum / LargestStep : 0;
    }

    // A NaN is a missing value, which no step can change.
    private int[] Indices(ReadOnlySpan<float> values, int tensor)
    {
        List<int> present = [];
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsNaN(values[i]))
                present.Add(i);
        }
        int[] all = [.. present];
        if (all.Length <= _options.ElementsPerTensor)
            return all;
        RandomStream.Derive((ulong)_options.Seed, RandomPurpose.Diagnostics, tensor + 1).Shuffle(all, 0);
        return all[.._options.ElementsPerTensor];
    }

    private (double Numeric, double Doubt, bool IsKink) Derivative(VariedTensor tensor, int index)
    {
        float value = tensor.Values.Span[index];
        // The smallest step is proportional to the value, but large enough that rounding does not dominate the difference.
        float smallest = Math.Clamp(Math.Abs(value), 1f / 256, 1f) / 4096;
        float ratio = MathF.Sqrt(MathF.Sqrt(MathF.Sqrt(MathF.Sqrt(LargestStep / smallest))));
        Span<double> derivatives = stackalloc double[StepCount];
        Span<double> roundings = stackalloc double[StepCount];
        // An output that moves with the largest step may stand still with a small one, when rounding hides all of its change.
        double hidden = MovingOutputs(tensor, index, value);
        float step = smallest;
        for (int i = 0; i < StepCount; i++, step *= ratio)
        {
            derivatives[i] = FourPoint(tensor, index, value, step);
            roundings[i] = derivatives[i] == 0 ? hidden / step : Rounding(0, 1, step);
        }

        // Curvature and kinks make neighbouring steps disagree, while rounding may make them agree by chance; the doubt is the sum of both.
        // Take the smallest step with little doubt, since steps that reach over a kink mix the slopes of both sides; if none has little,
        // the step with the least doubt.
        double numeric = double.NaN;
        double smallestDoubt = double.PositiveInfinity;
        for (int i = 1; i + 1 < StepCount; i++)
        {
            double change = Math.Max(Math.Abs(derivatives[i] - derivatives[i - 1]), Math.Abs(derivatives[i] - derivatives[i + 1]));
            double doubt = change + roundings[i];
            if (doubt < smallestDoubt)
            {
                smallestDoubt = doubt;
                numeric = derivatives[i];
            }
            if (doubt <= 0.5 * _options.RelativeTolerance * Math.Abs(derivatives[i]))
                break;
        }
        return (numeric, smallestDoubt, IsKink(tensor, index, value, numeric));
    }

    private double FourPoint(VariedTensor tensor, int index, float value, float step)
    {
        // Distances after rounding, not the requested ones.
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

    // A claimed gradient that disagrees is excused by a kink only if the left and right slopes differ and the claim is one of them. This
    // includes a kink at some distance, within the steps that rounding allows.
    private bool IsKink(VariedTensor tensor, int index, float value, double numeric)
    {
        double claimed = tensor.Claimed[index];
        if (Math.Abs(claimed - numeric) <= _options.RelativeTolerance * Math.Max(Math.Abs(claimed), Math.Abs(numeric)))
            return false;
        for (float step = LargestKinkStep; step >= LargestKinkStep / 1024; step /= 2)
        {
            (double right, double rounding) = Slope(tensor, index, value, step);
            (double left, double leftRounding) = Slope(tensor, index, value, -step);
            rounding = Math.Max(rounding, leftRounding);
            double size = Math.Max(Math.Abs(left), Math.Abs(right));
            if (Math.Abs(left - right) > KinkContrast * size + 3 * rounding
                && Math.Min(Math.Abs(claimed - left), Math.Abs(claimed - right)) <= _options.RelativeTolerance * size + rounding)
            {
                return true;
            }
        }
        return false;
    }

    // The one-sided slope, extrapolated from two steps so that curvature cancels, and a bound of its rounding error.
    private (double Slope, double Rounding) Slope(VariedTensor tensor, int index, float value, float step)
    {
        double far = OneSided(tensor, index, value, step);
        double near = OneSided(tensor, index, value, step / 2);
        return (2 * near - far, 3 * Rounding(0, 4, Math.Abs(step / 2)));
    }

    private double OneSided(VariedTensor tensor, int index, float value, float step)
    {
        double distance = Evaluate(tensor, index, value, step, 0) - (double)Evaluate(tensor, index, value, 0, 4);
        double sum = 0;
        for (int i = 0; i < _subject.Weights.Length; i++)
            sum += _subject.Weights[i] * (_outputs[0][i] - _outputs[4][i]);
        return sum / distance;
    }

    private double MovingOutputs(VariedTensor tensor, int index, float value)
    {
        Evaluate(tensor, index, value, LargestStep, 0);
        Evaluate(tensor, index, value, -LargestStep, 1);
        return Rounding(0, 1, 1);
    }

    // A bound of a slope's error from rounding the outputs to float.
    private double Rounding(int slot, int otherSlot, float step)
    {
        double sum = 0;
        for (int i = 0; i < _subject.Weights.Length; i++)
        {
            if (_outputs[slot][i] != _outputs[otherSlot][i])
                sum += Math.Abs(_subject.Weights[i] * _outputs[slot][i]) * 6e-8;
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
