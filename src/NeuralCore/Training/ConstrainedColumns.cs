using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Regularization;

namespace NeuralCore.Training;

/// <summary>Columns of a parameter that one worker constrains after the update: whole columns, rows in order.</summary>
internal sealed record ConstrainedColumns(Parameter Parameter, int Start, int Count)
{
    /// <summary>All columns of a model's constrained parameters. A vector is one column.</summary>
    internal static ConstrainedColumns[] Of(Sequential model)
    {
        List<ConstrainedColumns> blocks = [];
        foreach (Parameter parameter in model.Parameters.Where(parameter => parameter.IsTrainable && parameter.Constraint is not null))
        {
            for (int start = 0; start < parameter.Stride; start += Constraint.ColumnBlock)
                blocks.Add(new ConstrainedColumns(parameter, start, Math.Min(Constraint.ColumnBlock, parameter.Stride - start)));
        }
        return blocks.ToArray();
    }

    internal void Apply() => Parameter.Constraint!.Apply(Parameter.Values[Start..], Parameter.Slices, Parameter.Stride, Count);
}
