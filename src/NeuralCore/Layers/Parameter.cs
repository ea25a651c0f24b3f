using System.Diagnostics;
using NeuralCore.Initializers;
using NeuralCore.Numerics;
using NeuralCore.Randomness;
using NeuralCore.Regularization;

namespace NeuralCore.Layers;

/// <summary>
/// One weight array of a layer: a row-major window into the model's parameter memory.
/// </summary>
[DebuggerDisplay("{FullName,nq} {Shape}")]
public sealed unsafe class Parameter
{
    private readonly Initializer _initializer;
    private readonly Fans _fans;
    private readonly RandomStream _stream;
    private AlignedBuffer? _store;

    internal Parameter(
        string name, string fullName, Shape shape, Initializer initializer, Fans fans, RandomStream stream, bool trainable, bool decayed)
    {
        Name = name;
        FullName = fullName;
        Shape = shape;
        IsTrainable = trainable;
        IsDecayed = decayed;
        _initializer = initializer;
        _fans = fans;
        _stream = stream;
    }

    /// <summary>The name inside the layer: <c>kernel</c>.</summary>
    public string Name { get; }

    /// <summary>The name inside the model: <c>dense_1.kernel</c>.</summary>
    public string FullName { get; }

    /// <summary>The shape. A Dense kernel is [inputs, units].</summary>
    public Shape Shape { get; }

    /// <summary>Whether training changes the values.</summary>
    public bool IsTrainable { get; private set; }

    /// <summary>Whether the values are statistics, which the layer updates and the optimizer does not touch.</summary>
    public bool IsStatistic { get; private set; }

    /// <summary>Whether weight decay applies.</summary>
    public bool IsDecayed { get; }

    /// <summary>The penalty on the values that is added to the loss; null for none.</summary>
    public Regularizer? Regularizer { get; internal init; }

    /// <summary>What the values satisfy after each update; null for nothing.</summary>
    public Constraint? Constraint { get; internal init; }

    /// <summary>What values from a file have to satisfy beside being finite; null for nothing.</summary>
    internal ValueRule? Rule { get; set; }

    /// <summary>The values, row-major, in the model's own memory. Do not change them while the model is being trained.</summary>
    /// <exception cref="InvalidOperationException">The model is still being built.</exception>
    public Span<float> Values => new(Pointer, Shape.Size);

    /// <summary>Where the values start in the model's parameter memory, in floats; a multiple of 16.</summary>
    internal int Offset { get; private set; }

    internal float* Pointer =>
        (_store ?? throw new InvalidOperationException($"{FullName} has no values before its model has been built.")).Pointer + Offset;

    /// <summary>How many values one slice has: the last axis, or one element of a vector.</summary>
    internal int Stride => Shape.Rank <= 1 ? 1 : Shape[Shape.Rank - 1];

    /// <summary>How many slices there are: the product of all axes but the last, or a vector's elements.</summary>
    internal int Slices => Shape.Size / Stride;

    /// <summary>Freezes the values, or lets them be trained; statistics never are.</summary>
    internal void SetTrainable(bool isTrainable) => IsTrainable = isTrainable && !IsStatistic;

    internal void MakeStatistic()
    {
        IsStatistic = true;
        IsTrainable = false;
    }

    internal void Attach(AlignedBuffer store, int offset)
    {
        _store = store;
        Offset = offset;
    }

    internal void Initialize() => _initializer.Initialize(Values, Shape, _fans, _stream);
}
