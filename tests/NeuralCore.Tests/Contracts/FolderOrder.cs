namespace NeuralCore.Tests.Contracts;

/// <summary>Which folder of the library may use which: itself and those further down. A folder is a namespace.</summary>
internal static class FolderOrder
{
    internal const string RootFolder = "(root)";

    // From the top down. Folders of one line stand side by side and use each other only as Sideways says.
    private static readonly string[][] Levels =
    [
        ["Training"],
        ["Serialization"],
        ["Diagnostics"],
        ["Models"],
        ["Data"],
        ["Layers", "Losses", "Optimizers", "Metrics", "Initializers", "Regularization"],
        ["Randomness"],
        ["Numerics"],
        [RootFolder],
    ];

    // Losses fuse with the layer before them, an optimizer's pass names the parameter it updates, and layers name their initializers,
    // regularizers and constraints. The ways back are the only circles: these describe themselves by a LayerDescription.
    private static readonly (string From, string To)[] Sideways =
    [
        ("Losses", "Layers"),
        ("Optimizers", "Layers"),
        ("Layers", "Initializers"),
        ("Initializers", "Layers"),
        ("Layers", "Regularization"),
        ("Regularization", "Layers"),
    ];

    /// <summary>The arrows that close a circle, with the only type each may reach.</summary>
    internal static readonly (string From, string To, string Type)[] Circles = 
    [
        ("Initializers", "Layers", "LayerDescription"),
        ("Regularization", "Layers", "LayerDescription"),
    ];

    internal static bool IsKnown(string folder) => Array.Exists(Levels, level => level.Contains(folder));

    internal static bool Allows(string from, string to)
    {
        int fromLevel = Array.FindIndex(Levels, level => level.Contains(from));
        int toLevel = Array.FindIndex(Levels, level => level.Contains(to));
        return from == to || fromLevel < toLevel || Sideways.Contains((from, to));
    }

    /// <summary>The folder of a namespace; null outside the library.</summary>
    internal static string? Of(string? name)
    {
        string[] parts = (name ?? "").Split('.');
        return parts[0] != "NeuralCore" ? null : parts.Length == 1 ? RootFolder : parts[1];
    }
}
