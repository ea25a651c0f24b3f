using NeuralCore.Layers;

namespace NeuralCore.Regularization;

/// <summary>What a parameter's values must satisfy: applied after each update to trained parameters. <see cref="MaxNorm"/>.</summary>
public abstract class Constraint
{
    /// <summary>The columns that are constrained together, one owner each; whole vectors of the widest path.</summary>
    internal const int ColumnBlock = 64;

    private protected Constraint()
    {
    }

    /// <summary>The kind and settings, for the description of a layer.</summary>
    public abstract LayerDescription Describe();

    /// <summary>Rebuilds a constraint from its description.</summary>
    /// <param name="description">What <see cref="Describe"/> returned; null for none.</param>
    /// <exception cref="FormatException">The description is of something else, or a setting is missing.</exception>
    public static Constraint? From(LayerDescription? description) => description?.Kind switch
    {
        null => null,
        nameof(MaxNorm) => new MaxNorm(description.GetDouble("maximum")),
        var other => throw new FormatException($"{other} is not a constraint; expected MaxNorm."),
    };

    /// <summary>The constraint as written in code.</summary>
    public override string ToString() => Describe().ToString();

    /// <summary>Applies the constraint to columns of a matrix, whose rows lie <paramref name="stride"/> values apart.</summary>
    /// <param name="values">The values from the first row of the first of the columns on.</param>
    /// <param name="rows">How many rows the matrix has.</param>
    /// <param name="stride">How many columns the matrix has.</param>
    /// <param name="columns">How many columns to constrain.</param>
    internal abstract void Apply(Span<float> values, int rows, int stride, int columns);
}
