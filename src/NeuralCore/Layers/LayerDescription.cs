using System.Globalization;

namespace NeuralCore.Layers;

/// <summary>A layer's kind and settings: printed in messages, stored in files, and used by a factory to rebuild the layer.</summary>
/// <remarks>
/// Setting values are <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/> or another
/// <see cref="LayerDescription"/>.
/// </remarks>
public sealed class LayerDescription
{
    /// <summary>How many settings a layer may have, including those of nested descriptions.</summary>
    internal const int MostSettings = 32;

    private readonly List<KeyValuePair<string, object>> _settings = [];

    /// <summary>Initializes a description without settings.</summary>
    /// <param name="kind">The kind of layer: <c>Dense</c>.</param>
    /// <param name="text">The settings as written in code, for messages: <c>128, ReLU</c>.</param>
    /// <exception cref="ArgumentException">
    /// The kind is blank, longer than 200 characters, or has a slash or a control character; or a text is not well-formed Unicode.
    /// </exception>
    public LayerDescription(string kind, string text = "")
    {
        Names.Check(kind, "The kind of a layer");
        Names.CheckText(text, "The text of a layer's settings");
        Kind = kind;
        Text = text;
    }

    /// <summary>The kind of layer.</summary>
    public string Kind { get; }

    /// <summary>The settings as written in code.</summary>
    public string Text { get; }

    /// <summary>All settings, in the order they were added.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Settings => _settings;

    /// <summary>Adds a whole number.</summary>
    /// <param name="name">The setting's name, in camel case.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentException">
    /// The name is taken, blank, longer than 200 characters, or has a slash or a control character; a text is not well-formed Unicode; or
    /// there would be more than 32 settings, including those of nested descriptions.
    /// </exception>
    public LayerDescription With(string name, long value) => Add(name, value);

    /// <summary>Adds a number.</summary>
    /// <inheritdoc cref="With(string, long)"/>
    public LayerDescription With(string name, double value) => Add(name, value);

    /// <summary>Adds a Boolean.</summary>
    /// <inheritdoc cref="With(string, long)"/>
    public LayerDescription With(string name, bool value) => Add(name, value);

    /// <summary>Adds a string.</summary>
    /// <inheritdoc cref="With(string, long)"/>
    public LayerDescription With(string name, string value) => Add(name, value);

    /// <summary>Adds a nested description, such as that of an activation or an initializer.</summary>
    /// <inheritdoc cref="With(string, long)"/>
    public LayerDescription With(string name, LayerDescription value) => Add(name, value);

    /// <summary>Adds a nested description unless it is null.</summary>
    internal LayerDescription WithOptional(string name, LayerDescription? value) => value is null ? this : With(name, value);

    /// <summary>Reads a required whole number that fits an <see cref="int"/>.</summary>
    /// <param name="name">The setting's name.</param>
    /// <exception cref="FormatException">The setting is missing, of another type, or too large.</exception>
    public int GetInt32(string name) => Get(name) switch
    {
        long value when value is >= int.MinValue and <= int.MaxValue => (int)value,
        var other => throw Wrong(name, "a whole number", other),
    };

    /// <summary>Reads a required number.</summary>
    /// <inheritdoc cref="GetInt32"/>
    public double GetDouble(string name) => Get(name) switch
    {
        double value => value,
        long value => value,
        var other => throw Wrong(name, "a number", other),
    };

    /// <summary>Reads a required Boolean.</summary>
    /// <inheritdoc cref="GetInt32"/>
    public bool GetBoolean(string name) => Get(name) is bool value ? value : throw Wrong(name, "true or false", Get(name));

    /// <summary>Reads a required string.</summary>
    /// <inheritdoc cref="GetInt32"/>
    public string GetString(string name) => Get(name) is string value ? value : throw Wrong(name, "a text", Get(name));

    /// <summary>Reads a required value of an enum, written as its name.</summary>
    /// <inheritdoc cref="GetInt32"/>
    internal TEnum GetEnum<TEnum>(string name)
        where TEnum : struct, Enum =>
        Enum.TryParse(GetString(name), out TEnum value) && value.ToString() == GetString(name)
            ? value
            : throw Wrong(name, $"one of {string.Join(", ", Enum.GetNames<TEnum>())}", Get(name));

    /// <summary>Reads an optional nested description; null if it is missing.</summary>
    /// <inheritdoc cref="GetInt32"/>
    public LayerDescription? GetDescription(string name) => Find(name) switch
    {
        null => null,
        LayerDescription value => value,
        var other => throw Wrong(name, "a description", other),
    };

    /// <summary>The layer as written in code: <c>Dense(128, ReLU)</c>.</summary>
    public override string ToString() => Text.Length == 0 ? Kind : $"{Kind}({Text})";

    /// <summary>A number in the invariant culture, round-trippable.</summary>
    internal static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>How many settings there are, including those of nested descriptions.</summary>
    internal int Count
    {
        get
        {
            int count = _settings.Count;
            foreach ((_, object value) in _settings)
                count += value is LayerDescription inner ? inner.Count : 0;
            return count;
        }
    }

    private LayerDescription Add(string name, object value)
    {
        Names.Check(name, "the name of a setting", Kind);
        ArgumentNullException.ThrowIfNull(value);
        if (value is string text)
            Names.CheckText(text, name, Kind, nameof(value));
        if (Find(name) is not null)
            throw new ArgumentException($"{Kind}: the setting \"{name}\" is described twice.", nameof(name));
        if (Count + 1 + (value is LayerDescription inner ? inner.Count : 0) > MostSettings)
            throw new ArgumentException($"{Kind}: a layer has at most {MostSettings} settings.", nameof(name));
        _settings.Add(new(name, value));
        return this;
    }

    private object? Find(string name)
    {
        foreach ((string key, object value) in _settings)
        {
            if (key == name)
                return value;
        }
        return null;
    }

    private object Get(string name) => Find(name) ?? throw new FormatException($"{Kind}: the setting \"{name}\" is missing.");

    private FormatException Wrong(string name, string expected, object found) =>
        new($"{Kind}: the setting \"{name}\" is {expected}, found {found}.");
}
