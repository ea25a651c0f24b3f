using System.Collections;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NeuralCore;

/// <summary>
/// The extent of one sample along each axis, the batch axis left out: <c>[28, 28]</c> for an image, <c>[784]</c> for a vector.
/// Write it as a collection expression: <c>Shape shape = [28, 28];</c>.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
[DebuggerDisplay("{ToString(),nq}")]
public sealed class Shape : IReadOnlyList<int>, IEquatable<Shape>
{
    private readonly int[] _dimensions;

    private Shape(int[] dimensions, int size)
    {
        _dimensions = dimensions;
        Size = size;
    }

    /// <summary>The number of axes.</summary>
    public int Rank => _dimensions.Length;

    /// <summary>The number of values in one sample: the product of all dimensions (1 for the empty shape).</summary>
    public int Size { get; }

    /// <inheritdoc/>
    int IReadOnlyCollection<int>.Count => _dimensions.Length;

    /// <summary>The extent along one axis.</summary>
    /// <param name="index">The axis, from 0.</param>
    public int this[int index] => _dimensions[index];

    /// <summary>Makes a shape from its dimensions.</summary>
    /// <param name="dimensions">The extent along each axis; each at least 1.</param>
    /// <exception cref="ArgumentException">A dimension is below 1, or the product exceeds <see cref="int.MaxValue"/>.</exception>
    public static Shape Create(params ReadOnlySpan<int> dimensions)
    {
        long size = 1;
        foreach (int dimension in dimensions)
        {
            if (dimension < 1)
                throw new ArgumentException($"A shape's dimensions are at least 1, got {Format(dimensions)}.", nameof(dimensions));
            size *= dimension;
            if (size > int.MaxValue)
                throw new ArgumentException($"The shape {Format(dimensions)} holds more than {int.MaxValue} values.", nameof(dimensions));
        }
        return new Shape(dimensions.ToArray(), (int)size);
    }

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _dimensions.AsSpan().SequenceEqual(other._dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int dimension in _dimensions)
            hash.Add(dimension);
        return hash.ToHashCode();
    }

    /// <summary>Whether two shapes have the same dimensions.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Shape? left, Shape? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(Shape? left, Shape? right) => !(left == right);

    /// <summary>The shape as <c>[28, 28]</c>.</summary>
    public override string ToString() => Format(_dimensions);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_dimensions).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => _dimensions.GetEnumerator();

    private static string Format(ReadOnlySpan<int> dimensions) => $"[{string.Join(", ", dimensions.ToArray())}]";
}
