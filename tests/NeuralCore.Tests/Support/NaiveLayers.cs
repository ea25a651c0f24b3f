using NeuralCore.Layers;
using NeuralCore.Randomness;

namespace NeuralCore.Tests.Support;

/// <summary>
/// A layer in double precision, written to be obviously right: one row at a time, plain loops, nothing shared with the library's kernels.
/// </summary>
internal abstract class NaiveLayer
{
    internal abstract double[] Forward(double[] x, int row, ulong step);

    /// <summary>Returns the gradient with respect to x and adds the row's share of the parameters' gradients.</summary>
    internal abstract double[] Backward(double[] x, double[] y, double[] dy, int row, ulong step);

    internal virtual IReadOnlyList<NaiveParameter> Parameters => [];

    /// <summary>The same layer in double, weights copied. Dropout's ordinal counts the dropout layers before it.</summary>
    internal static NaiveLayer Of(Layer layer, long seed, int dropoutOrdinal) => layer switch
    {
        Dense dense => new NaiveDense(dense),
        ReLU => new NaiveReLU(),
        Softmax => new NaiveSoftmax(),
        Flatten => new NaiveFlatten(),
        Dropout dropout => new NaiveDropout(dropout.Rate, RandomStream.Derive((ulong)seed, "Dropout.mask", dropoutOrdinal)),
        _ => throw new NotSupportedException(layer.ToString()),
    };
}

internal sealed class NaiveParameter(Parameter parameter)
{
    internal string Name { get; } = parameter.FullName;

    internal double[] Values { get; } = Array.ConvertAll(parameter.Values.ToArray(), value => (double)value);

    internal double[] Gradient { get; } = new double[parameter.Shape.Size];
}

internal sealed class NaiveDense : NaiveLayer
{
    private readonly int _inputs;
    private readonly int _units;
    private readonly NaiveParameter _kernel;
    private readonly NaiveParameter? _bias;

    internal NaiveDense(Dense layer)
    {
        _inputs = layer.InputShape.Size;
        _units = layer.Units;
        _kernel = new NaiveParameter(layer.Parameters[0]);
        _bias = layer.UseBias ? new NaiveParameter(layer.Parameters[1]) : null;
    }

    internal override IReadOnlyList<NaiveParameter> Parameters => _bias is null ? [_kernel] : [_kernel, _bias];

    internal override double[] Forward(double[] x, int row, ulong step)
    {
        double[] y = new double[_units];
        for (int j = 0; j < _units; j++)
        {
            y[j] = _bias?.Values[j] ?? 0;
            for (int i = 0; i < _inputs; i++)
                y[j] += x[i] * _kernel.Values[i * _units + j];
        }
        return y;
    }

    internal override double[] Backward(double[] x, double[] y, double[] dy, int row, ulong step)
    {
        double[] dx = new double[_inputs];
        for (int j = 0; j < _units; j++)
        {
            if (_bias is not null)
                _bias.Gradient[j] += dy[j];
            for (int i = 0; i < _inputs; i++)
            {
                dx[i] += dy[j] * _kernel.Values[i * _units + j];
                _kernel.Gradient[i * _units + j] += x[i] * dy[j];
            }
        }
        return dx;
    }
}

internal sealed class NaiveReLU : NaiveLayer
{
    internal override double[] Forward(double[] x, int row, ulong step) => Array.ConvertAll(x, value => Math.Max(value, 0));

    internal override double[] Backward(double[] x, double[] y, double[] dy, int row, ulong step) => dy.Select((value, i) =>
        x[i] > 0 ? value : 0).ToArray();
}

internal sealed class NaiveSoftmax : NaiveLayer
{
    internal override double[] Forward(double[] x, int row, ulong step)
    {
        double largest = x.Max();
        double[] exponentials = Array.ConvertAll(x, value => Math.Exp(value - largest));
        double sum = exponentials.Sum();
        return Array.ConvertAll(exponentials, value => value / sum);
    }

    internal override double[] Backward(double[] x, double[] y, double[] dy, int row, ulong step)
    {
        double projected = dy.Zip(y, (a, b) => a * b).Sum();
        return y.Select((value, j) => value * (dy[j] - projected)).ToArray();
    }
}

internal sealed class NaiveFlatten : NaiveLayer
{
    internal override double[] Forward(double[] x, int row, ulong step) => x;

    internal override double[] Backward(double[] x, double[] y, double[] dy, int row, ulong step) => dy;
}

internal sealed class NaiveDropout(double rate, RandomStream stream) : NaiveLayer
{
    internal override double[] Forward(double[] x, int row, ulong step) => Mask(x, row, step);

    internal override double[] Backward(double[] x, double[] y, double[] dy, int row, ulong step) => Mask(dy, row, step);

    private double[] Mask(double[] values, int row, ulong step) =>
        values.Select((value, column) => stream.UInt32At(step, row, column) < rate * 4294967296.0 ? 0 : value / (1 - rate)).ToArray();
}
