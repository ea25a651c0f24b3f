#:project ../src/NeuralCore.Tabular/NeuralCore.Tabular.csproj
#:property PublishAot=false
// The figures of docs/tabular.md by NeuralCore: dotnet run -c Release benchmarks/tabular.cs [SEEDS]. The same rows, and the same lines of
// output, as benchmarks/peers/tabular.py: mean accuracy (or R²), half of its 95 % interval, mean seconds of one training.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using NeuralCore.Tabular;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int seeds = args.Length > 0 ? int.Parse(args[0]) : 20;
// Of Student's t distribution with 19 degrees of freedom; other numbers of seeds are for a quick look.
double quantile = seeds == 20 ? 2.0930 : 1.96;
Console.WriteLine($"NeuralCore {typeof(Table).Assembly.GetName().Version}, .NET {Environment.Version}, {seeds} seeds");
foreach (string name in new[] { "iris", "wine", "breast_cancer", "digits", "diabetes" })
{
    string path = Path.Combine(Folder(), "..", "tests", "fixtures", "tabular", name + ".csv");
    Table table = Table.ReadCsv(path, new() { Categorical = name == "digits" ? ["digit"] : [] });
    string label = table.Columns[^1].Name;
    double[] scores = new double[seeds];
    double[] seconds = new double[seeds];
    // Seed 0 is not counted: its training compiles the code.
    for (int seed = 0; seed <= seeds; seed++)
    {
        (Table train, Table test) = Split(table, seed);
        long start = Stopwatch.GetTimestamp();
        TabularModel model = name == "diabetes"
            ? TabularRegressor.Train(train, label, new() { Seed = seed })
            : TabularClassifier.Train(train, label, new() { Seed = seed });
        double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (seed == 0)
            continue;
        seconds[seed - 1] = elapsed;
        scores[seed - 1] = model is TabularClassifier classifier
            ? classifier.Evaluate(test).Accuracy
            : ((TabularRegressor)model).Evaluate(test).R2;
    }
    double mean = scores.Average();
    double deviation = Math.Sqrt(scores.Sum(score => (score - mean) * (score - mean)) / (seeds - 1));
    string kind = name == "diabetes" ? nameof(TabularRegressor) : nameof(TabularClassifier);
    Console.WriteLine($"{name,-14} {kind,-28} {mean:F4} +- {quantile * deviation / Math.Sqrt(seeds):F4}   {seconds.Average():F3} s");
}

static (Table Train, Table Test) Split(Table table, int seed)
{
    int[] order = Enumerable.Range(0, table.RowCount).OrderBy(row => SplitMix64(((ulong)seed << 32) + (ulong)row)).ToArray();
    int count = table.RowCount / 5;
    return (table.Rows(order[count..].Order().ToArray()), table.Rows(order[..count].Order().ToArray()));
}

static ulong SplitMix64(ulong state)
{
    ulong z = state + 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
