using System.Text.RegularExpressions;

namespace NeuralCore.Tests.Contracts;

/// <summary>What the just-in-time compiler's listing says of one method's innermost arithmetic loop.</summary>
/// <param name="Method">The method, type arguments included.</param>
/// <param name="Loop">The instructions of the loop; empty where the method has none.</param>
internal sealed partial record MachineCode(string Method, IReadOnlyList<string> Loop)
{
    /// <summary>The instructions that touch the stack: a vector that did not stay in a register.</summary>
    public IEnumerable<string> Spills => Loop.Where(instruction => StackOperand().IsMatch(instruction));

    public static IEnumerable<MachineCode> Read(string listing)
    {
        foreach (string method in listing.Split("; Assembly listing for method ").Skip(1))
        {
            string[] lines = method.Split('\n');
            yield return new MachineCode(lines[0].Trim(), InnermostLoop(lines));
        }
    }

    // The shortest stretch between a label and a jump back to it that holds a fused multiply-add; where there is none, that holds another
    // vector operation.
    private static List<string> InnermostLoop(string[] lines)
    {
        Dictionary<string, int> labels = [];
        (bool IsOther, int Length, int First, int Last)? shortest = null;
        for (int i = 0; i < lines.Length; i++)
        {
            if (Label().Match(lines[i]) is { Success: true } label)
                labels[label.Groups[1].Value] = i;
            if (Jump().Match(lines[i]) is not { Success: true } jump || !labels.TryGetValue(jump.Groups[1].Value, out int first))
                continue;
            string[] inside = lines[first..i];
            bool isFused = inside.Any(line => Fused().IsMatch(line));
            (bool, int, int, int) candidate = (!isFused, i - first, first, i);
            if ((isFused || inside.Any(line => Arithmetic().IsMatch(line)))
                && (shortest is null || candidate.CompareTo(shortest.Value) < 0))
                shortest = candidate;
        }
        return shortest is { } loop
            ? lines[loop.First..(loop.Last + 1)].Where(line => line.StartsWith("      ", StringComparison.Ordinal)).Select(line =>
                line.Trim()).ToList()
            : [];
    }

    [GeneratedRegex(@"^(G_M\w+_IG\d+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+j\w+\s+(?:SHORT )?(G_M\w+_IG\d+)")]
    private static partial Regex Jump();

    [GeneratedRegex(@"^\s+vfn?madd")]
    private static partial Regex Fused();

    [GeneratedRegex(@"^\s+v(fn?madd|mul|max|add|cmp|pmul)")]
    private static partial Regex Arithmetic();

    [GeneratedRegex(@"\[(rsp|rbp)\b")]
    private static partial Regex StackOperand();
}
