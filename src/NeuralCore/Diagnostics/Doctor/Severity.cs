namespace NeuralCore.Diagnostics;

/// <summary>How serious a <see cref="Finding"/> is.</summary>
public enum Severity
{
    /// <summary>Worth knowing; may well be meant.</summary>
    Hint,

    /// <summary>Training works worse than it could, or a figure means less than it seems to.</summary>
    Warning,

    /// <summary>A result is wrong, or training cannot work.</summary>
    Error,
}
