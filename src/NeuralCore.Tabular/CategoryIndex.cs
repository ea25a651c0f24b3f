namespace NeuralCore.Tabular;

/// <summary>Finds categories of training by their texts.</summary>
internal static class CategoryIndex
{
    /// <summary>The index of a text, or else of the shortest text of the same number: <c>1.0</c> is <c>1</c>.</summary>
    internal static bool TryFind(Dictionary<string, int> indices, string text, out int index) =>
        indices.TryGetValue(text, out index)
        || (Cell.TryParse(text, out double value) && indices.TryGetValue(NumericColumn.Format(value), out index));
}
