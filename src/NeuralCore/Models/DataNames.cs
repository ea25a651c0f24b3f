using NeuralCore.Layers;

namespace NeuralCore.Models;

/// <summary>
/// What a model's numbers are called: its inputs, its classes, and the categories behind the codes of its inputs. A model carries them
/// (<see cref="Sequential.DataNames"/>) into its file and out of it, so that a program that loads it can read a table and name a
/// prediction.
/// </summary>
public sealed record DataNames
{
    /// <summary>How many names a model may have in all.</summary>
    internal const int Most = 4096;

    /// <summary>The names of the inputs, in their order; empty if there are none.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>
    /// The names of the classes, in the order of the outputs; two for a model with one output. Empty if there are none.
    /// </summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>The categories of inputs, by the input's index: the first is what code 0 stands for.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<string>> Categories { get; init; } = new Dictionary<int, IReadOnlyList<string>>();

    internal static DataNames None { get; } = new();

    internal bool IsEmpty => Inputs.Count == 0 && Classes.Count == 0 && Categories.Count == 0;

    /// <summary>All names.</summary>
    internal IEnumerable<string> All => Inputs.Concat(Classes).Concat(Categories.Values.SelectMany(categories => categories));

    /// <summary>A copy that has been checked against a model's shapes.</summary>
    /// <exception cref="ArgumentException">A number of names does not fit, a name is too long, or there are too many.</exception>
    internal DataNames Checked(Shape input, Shape output)
    {
        ArgumentNullException.ThrowIfNull(Inputs);
        ArgumentNullException.ThrowIfNull(Classes);
        ArgumentNullException.ThrowIfNull(Categories);
        if (Inputs.Count != 0 && Inputs.Count != input.Size)
            throw Wrong($"expected a name for each of {input.Size} inputs, or none, got {Inputs.Count}");
        int classes = output.Size == 1 ? 2 : output.Size;
        if (Classes.Count != 0 && Classes.Count != classes)
            throw Wrong($"expected a name for each of {classes} classes, or none, got {Classes.Count}");
        DataNames copy = new()
        {
            Inputs = Copy(Inputs, "inputs"),
            Classes = Copy(Classes, "classes"),
            Categories = Categories.OrderBy(column => column.Key).ToDictionary(
                column => column.Key,
                column => column.Key >= 0 && column.Key < input.Size && column.Value is { Count: > 0 }
                    ? Copy(column.Value, $"categories of input {column.Key}")
                    : throw Wrong($"expected categories of inputs 0 to {input.Size - 1}, one or more of each, got those of {column.Key}")),
        };
        int count = copy.All.Count();
        return count <= Most ? copy : throw Wrong($"a model has at most {Most} names, got {count}");
    }

    // A category may be any text, an empty one too.
    private static IReadOnlyList<string> Copy(IReadOnlyList<string> names, string what)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            Names.CheckText(name, $"The name of one of the {what}", argument: nameof(names));
            if (name.Length > Names.Longest)
                throw Wrong($"a name has at most {Names.Longest} characters, got {name.Length} among the {what}");
            if (!seen.Add(name))
                throw Wrong($"two of the {what} are named \"{name}\"");
        }
        return names.ToArray();
    }

    private static ArgumentException Wrong(string problem) => new($"Names of a model's data: {problem}.");
}
