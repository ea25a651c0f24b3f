using System.Globalization;

namespace NeuralCore.Diagnostics;

/// <summary>
/// Something that the training doctor found: a code that does not change between versions, what was measured, and what to do.
/// docs/training-doctor.md lists the codes.
/// </summary>
public sealed class Finding
{
    internal Finding(string code, Severity severity, FormattableString evidence, string advice)
    {
        Code = code;
        Severity = severity;
        Evidence = evidence.ToString(CultureInfo.InvariantCulture);
        Advice = advice;
    }

    /// <summary>The code: <c>NC001</c>.</summary>
    public string Code { get; }

    /// <summary>How serious it is.</summary>
    public Severity Severity { get; }

    /// <summary>What was measured, with its numbers.</summary>
    public string Evidence { get; }

    /// <summary>What to do about it.</summary>
    public string Advice { get; }

    /// <summary>The finding in one line: <c>NC001 error: evidence advice</c>.</summary>
    public override string ToString() => $"{Code} {Severity.ToString().ToLowerInvariant()}: {Evidence} {Advice}";
}
