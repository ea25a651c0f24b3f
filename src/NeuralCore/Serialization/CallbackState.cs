using System.Globalization;
using NeuralCore.Layers;

namespace NeuralCore.Serialization;

/// <summary>What a callback stores in a checkpoint: named numbers, texts and arrays.</summary>
/// <remarks>
/// All callbacks of a fit together can store 1,024 numbers and texts in 96 KB, and about a hundred arrays of any length: pack many small
/// arrays into one.
/// </remarks>
public sealed class CallbackState
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float[]> _arrays = new(StringComparer.Ordinal);

    internal IReadOnlyDictionary<string, string> Values => _values;

    internal IReadOnlyDictionary<string, float[]> Arrays => _arrays;

    internal bool IsEmpty => _values.Count == 0 && _arrays.Count == 0;

    /// <summary>Stores a number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value; all bits are preserved.</param>
    /// <exception cref="ArgumentException">
    /// The name is blank, longer than 200 characters, or has a slash or a control character; or a text is not well-formed Unicode.
    /// </exception>
    public void Set(string name, double value) => Set(name, value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Stores a text.</summary>
    /// <inheritdoc cref="Set(string, double)"/>
    public void Set(string name, string value)
    {
        Names.Check(name, "The name of a callback's value");
        Names.CheckText(value, name, "A callback's text");
        _values[name] = value;
    }

    /// <summary>Stores a copy of an array.</summary>
    /// <inheritdoc cref="Set(string, double)"/>
    public void Set(string name, ReadOnlySpan<float> value)
    {
        Names.Check(name, "The name of a callback's array");
        _arrays[name] = value.ToArray();
    }

    /// <summary>A stored number.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">
    /// There is no value of that name: another version of the callback wrote the checkpoint.
    /// </exception>
    public double GetNumber(string name) =>
        double.TryParse(GetText(name), CultureInfo.InvariantCulture, out double value) ? value : throw Missing(name);

    /// <summary>A stored text.</summary>
    /// <inheritdoc cref="GetNumber"/>
    public string GetText(string name) => _values.TryGetValue(name, out string? value) ? value : throw Missing(name);

    /// <summary>A stored array.</summary>
    /// <inheritdoc cref="GetNumber"/>
    public ReadOnlySpan<float> GetArray(string name) => _arrays.TryGetValue(name, out float[]? value) ? value : throw Missing(name);

    /// <summary>Whether there is an array of this name.</summary>
    /// <param name="name">Its name.</param>
    public bool HasArray(string name) => _arrays.ContainsKey(name);

    internal void Take(string name, float[] array) => _arrays[name] = array;

    private static ArgumentException Missing(string name) => new($"The checkpoint has no value \"{name}\" for this callback.");
}
