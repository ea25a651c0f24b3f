#:property PublishAot=false
#:property EnforceCodeStyleInBuild=false
#:property GenerateDocumentationFile=false

// Plants faults in the library, one at a time, and runs the tests that belong to the changed file: does one of them fail?
//
//   dotnet run tests/mutation/Mutate.cs -- [--lanes 2] [--seed 1] [--limit N] [--only REGEX] [--filter EXPRESSION] [--out FILE] [--list]
//
// targets.txt says how many faults each file gets and which tests belong to it. The faults are chosen by a hash of their text and the
// seed, not by hand. --only takes all faults whose line in the output matches, to look at some again; --filter runs other tests instead.
// Everything happens in copies below the temporary folder: the working tree is never changed. A test run that hangs or crashes counts as
// caught.

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

string root = Directory.GetCurrentDirectory();
if (!File.Exists(Path.Combine(root, "NeuralCore.sln")))
    throw new InvalidOperationException("Run this in the folder of NeuralCore.sln.");
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int i && i + 1 < args.Length ? args[i + 1] : null;
int lanes = int.Parse(Option("--lanes") ?? "2");
uint seed = uint.Parse(Option("--seed") ?? "1");
int limit = int.Parse(Option("--limit") ?? "1000000");
string only = Option("--only") ?? "";
string? filter = Option("--filter");

Target[] targets = File.ReadLines(Path.Combine(root, "tests", "mutation", "targets.txt"))
    .Where(line => line.Length > 0 && line[0] != '#').Select(Target.Parse).ToArray();
// Round by round, so that a limited run still sees every file.
Queue<Slot> slots = new(targets.SelectMany(target => target.Slots(root, seed, only)).OrderBy(slot => slot.Round).Take(limit));
Console.WriteLine($"{slots.Count} faults in {targets.Length} files");
if (args.Contains("--list"))
{
    foreach (Slot slot in slots)
        Console.WriteLine(slot.Candidates.Peek());
    return 0;
}

// Readable by all: one test runs its child as another user.
string work = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"neuralcore-mutation-{Environment.ProcessId}")).FullName;
ConcurrentBag<Outcome> outcomes = [];
// Ctrl+C: the faults that are planted are finished, the others are not planted.
Console.CancelKeyPress += (_, interruption) =>
{
    interruption.Cancel = true;
    lock (slots)
        slots.Clear();
};
using StreamWriter? log = Option("--out") is { } file ? new StreamWriter(file) { AutoFlush = true } : null;
try
{
    Lane[] all = Enumerable.Range(0, lanes).Select(i => new Lane(root, Path.Combine(work, $"lane{i}"))).ToArray();
    all[0].Build();
    foreach (Lane lane in all.Skip(1))
        lane.Build();
    string every = string.Join('|', filter is null ? targets.SelectMany(target => target.Filters).Distinct() : [filter]);
    (int code, string output, TimeSpan time) = all[0].Test(every);
    if (code != 0)
        throw new InvalidOperationException($"The tests fail without a fault:\n{output}");
    Console.WriteLine($"Without a fault all tests pass, in {time.TotalSeconds:F0} s.");
    await Task.WhenAll(all.Select(lane => Task.Run(() => Work(lane))));
}
finally
{
    Directory.Delete(work, recursive: true);
}

int caught = outcomes.Count(outcome => outcome.IsCaught);
double percent = 100.0 * caught / Math.Max(1, outcomes.Count);
Console.WriteLine($"{outcomes.Count} faults planted, {caught} caught ({percent:F1} %), {outcomes.Count - caught} survived:");
foreach (Fault fault in outcomes.Where(outcome => !outcome.IsCaught).Select(outcome => outcome.Fault).OrderBy(fault => fault.ToString()))
    Console.WriteLine(fault);
return 0;

void Work(Lane lane)
{
    while (true)
    {
        Slot slot;
        lock (slots)
        {
            if (!slots.TryDequeue(out slot!))
                return;
        }
        // The next candidate where one does not compile.
        while (slot.Candidates.TryDequeue(out Fault? fault))
        {
            if (!lane.Plant(fault))
                continue;
            (int code, string output, TimeSpan time) = (0, "", TimeSpan.Zero);
            foreach (string tests in filter is null ? slot.Target.Filters : [filter])
            {
                if (code == 0)
                    (code, output, time) = lane.Test(tests);
            }
            Match failed = Regex.Match(output, @"^\s*Failed NeuralCore\.Tests\.([\w.]+)", RegexOptions.Multiline);
            string by = code == 0 ? "SURVIVED"
                : failed.Success ? $"caught by {failed.Groups[1].Value}" : $"caught by a crash or a hang (exit code {code})";
            Outcome outcome = new(fault, code != 0);
            outcomes.Add(outcome);
            string line = $"{outcomes.Count}\t{by}\t{fault}\t{time.TotalSeconds:F0} s";
            lock (outcomes)
            {
                Console.WriteLine(line);
                log?.WriteLine(line);
            }
            break;
        }
        lane.Restore();
    }
}

/// <summary>One fault: where, and the line before and after.</summary>
internal sealed record Fault(string File, int Line, string Before, string After, string Original, string Mutated)
{
    public override string ToString() => $"{File}:{Line}\t{Before.Trim()}\t{After.Trim()}";
}

internal sealed record Outcome(Fault Fault, bool IsCaught);

/// <summary>The n-th fault of a file: the first candidate that compiles.</summary>
internal sealed record Slot(Target Target, int Round, Queue<Fault> Candidates);

/// <summary>A line of targets.txt: a file below src/NeuralCore, how many faults it gets, and its tests, the quick ones first.</summary>
internal sealed record Target(string File, int Count, string[] Filters)
{
    // What changes how a calculation comes out, and keeps most lines compiling.
    private static readonly (string Pattern, string Replacement)[] Operators =
    [
        (@" < (?!=)", " <= "), (@" <= ", " < "), (@" > ", " >= "), (@" >= ", " > "), (" == ", " != "), (" != ", " == "),
        (" && ", " || "), (@" \|\| ", " && "), (@"\btrue\b", "false"), (@"\bfalse\b", "true"),
        (" is null", " is not null"), (" is not null", " is null"),
        (@"\bOrderByDescending\(", "OrderBy("), (@"\bThenBy\(", "ThenByDescending("),
        (@" \+ ", " - "), (@" - ", " + "), (@" \* ", " + "), (@" / ", " * "), (@" % ", " + "), (@" << ", " >> "), (@" >> ", " << "),
        (@" \+= ", " -= "), (@" -= ", " += "), (@" \|= ", " &= "), (@"\b(\w+)\+\+", "$1--"), (@"(?<=[( ,])-(?=[a-zA-Z0-9(])", ""),
        (@"\bMath\.Min\(", "Math.Max("), (@"\bMath\.Max\(", "Math.Min("), (@"\.Min\(", ".Max("), (@"\.Max\(", ".Min("),
        (@"(?<![\w.])0(?![\w.])", "1"), (@"(?<![\w.])1(?![\w.])", "2"), (@"(?<![\w.])([2-9]|[1-9]\d+)(?![\w.])", "($1 + 1)"),
        (@"\bif \((?!!)(.+)\)$", "if (!($1))"), (@"\bif \(!(\w.*)\)$", "if ($1)"), (@" \? ([^:?]+) : ([^:?;]+)(?=;$)", " ? $2 : $1"),
        (@"^(\s+)return;$", "$1;"), (@"^(\s+)break;$", "$1continue;"), (@"^(\s+)continue;$", "$1;"),
        (@"^(\s+)[\w.]+(\[.+\])?(\.\w+)*(\(.*\)| [-+*/|&]?= .+);$", "$1;"), (@"FusedMultiplyAdd\(([^(),]+), ", "FusedMultiplyAdd(-$1, "),
    ];

    internal static Target Parse(string line)
    {
        string[] parts = line.Split('|', 3, StringSplitOptions.TrimEntries);
        return new Target(parts[0], int.Parse(parts[1]), parts[2].Split(';').Select(Expression).ToArray());

        static string Expression(string names) =>
            string.Join('|', names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => $"FullyQualifiedName~{name}"));
    }

    internal IEnumerable<Slot> Slots(string root, uint seed, string only)
    {
        string text = System.IO.File.ReadAllText(Path.Combine(root, "src", "NeuralCore", File));
        Fault[] faults = Faults(text.Split('\n')).Where(fault => Regex.IsMatch(fault.ToString(), only))
            .OrderBy(fault => Hash($"{seed} {File} {fault.Before.Trim()} {fault.After.Trim()}"))
            .DistinctBy(fault => only.Length > 0 ? fault.ToString() : $"{fault.Line}").ToArray();
        int count = only.Length > 0 ? faults.Length : Math.Min(Count, faults.Length);
        for (int i = 0; i < count; i++)
            yield return new Slot(this, i, new Queue<Fault>(faults.Where((_, index) => index % count == i)));
    }

    private IEnumerable<Fault> Faults(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            string masked = Mask(lines[i]);
            // Declarations, attributes, and errors' texts.
            if (Regex.IsMatch(masked, @"^\s*($|\[|#|using |namespace |(\?\? |: )?throw |(\w+ )?const )"))
                continue;
            foreach ((string pattern, string replacement) in Operators)
            {
                foreach (Match match in Regex.Matches(masked, pattern))
                {
                    // The groups' own text: in the masked line it is blank where it is quoted.
                    string text = Regex.Replace(replacement, @"\$(\d)", digit => Part(lines[i], match.Groups[digit.Value[1] - '0']));
                    string after = lines[i][..match.Index] + text + lines[i][(match.Index + match.Length)..];
                    // Of a statement over several lines none is left out.
                    bool isPart = i > 0 && !Regex.IsMatch(lines[i - 1], @"(^\s*|[;{}):]|//.*)$");
                    if (after == lines[i] || (after.Trim() == ";" && isPart))
                        continue;
                    string[] copy = [.. lines];
                    copy[i] = after;
                    yield return new Fault(File, i + 1, lines[i], after, string.Join('\n', lines), string.Join('\n', copy));
                }
            }
        }

        static string Part(string line, Group group) => line.Substring(group.Index, group.Length);
    }

    // Comments and texts as spaces, so that nothing is changed in them.
    private static string Mask(string line)
    {
        if (line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            return "";
        string masked = Regex.Replace(line, """\$?@?"([^"\\]|\\.)*"(u8)?|'([^'\\]|\\.)'""", match => new string('\u00a4', match.Length));
        int comment = masked.IndexOf(" //", StringComparison.Ordinal);
        return comment < 0 ? masked : masked[..comment] + new string('\u00a4', masked.Length - comment);
    }

    // FNV-1a with a last mix: the order must be the same in every process.
    private static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * 16777619;
        hash = (hash ^ (hash >> 16)) * 0x7feb352d;
        return hash ^ (hash >> 15);
    }
}

/// <summary>A copy of the repository that is built once; after that only the library is compiled again.</summary>
internal sealed class Lane(string root, string folder)
{
    private const string Tests = "tests/NeuralCore.Tests/bin/Release/net10.0";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);
    private readonly string _compiled = Path.Combine(folder, "src/NeuralCore/bin/Release/net10.0/NeuralCore.dll");
    private Fault? _fault;

    internal void Build()
    {
        foreach (string full in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(root, full);
            if (Regex.IsMatch(path, @"(^|[\\/])(bin|obj|\.git|TestResults)[\\/]"))
                continue;
            string copy = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(full, copy);
        }
        (int code, string output, _) = Dotnet("build", "tests/NeuralCore.Tests", "-c", "Release", "--nologo", "-v", "q");
        if (code != 0)
            throw new InvalidOperationException(output);
    }

    /// <summary>Writes and compiles a fault; false if it does not compile.</summary>
    internal bool Plant(Fault fault)
    {
        Restore();
        _fault = fault;
        File.WriteAllText(PathOf(fault), fault.Mutated);
        // A warning, such as of code that is never reached, is no error here.
        (int code, _, _) = Dotnet("build", "src/NeuralCore", "-c", "Release", "--no-restore", "--nologo", "-v", "q",
            "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false",
            "-p:GenerateDocumentationFile=false");
        if (code == 0)
            File.Copy(_compiled, Path.Combine(folder, Tests, "NeuralCore.dll"), overwrite: true);
        return code == 0;
    }

    internal void Restore()
    {
        if (_fault is not null)
            File.WriteAllText(PathOf(_fault), _fault.Original);
        _fault = null;
    }

    internal (int Code, string Output, TimeSpan Time) Test(string filter) =>
        Dotnet("vstest", Path.Combine(folder, Tests, "NeuralCore.Tests.dll"), $"--TestCaseFilter:{filter}", "--", "xUnit.StopOnFail=true");

    private string PathOf(Fault fault) => Path.Combine(folder, "src", "NeuralCore", fault.File);

    private (int Code, string Output, TimeSpan Time) Dotnet(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What dotnet run sets for this script is not for the builds.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        Stopwatch clock = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return (process.ExitCode, output.Result + error.Result, clock.Elapsed);
    }
}
