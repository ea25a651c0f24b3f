using System.Text.RegularExpressions;

namespace NeuralCore.Tests.Numerics;

/// <summary>
/// Training gives the same bits everywhere only if nothing calls the platform's mathematics library, a sum whose order depends on the
/// vector width, an operation whose precision depends on the processor, or System.Random. The library's sources are searched for them by
/// name.
/// </summary>
public partial class BannedOperationsTests
{
    private const string Transcendental =
        "Exp|Exp2|Exp10|ExpM1|Exp2M1|Exp10M1|Log|Log2|Log10|LogP1|Log2P1|Log10P1|Pow|Cbrt|RootN|Hypot|" +
        "Sin|Cos|Tan|SinCos|SinPi|CosPi|TanPi|SinCosPi|Asin|Acos|Atan|Atan2|AsinPi|AcosPi|AtanPi|Atan2Pi|" +
        "Sinh|Cosh|Tanh|Asinh|Acosh|Atanh|Sigmoid|SoftMax";

    private const string Imprecise =
        "ReciprocalEstimate|ReciprocalSqrtEstimate|MultiplyAddEstimate|Reciprocal14\\w*|ReciprocalSqrt14\\w*|ReciprocalSqrt|Reciprocal";

    private const string Ordered =
        "Sum|SumOfMagnitudes|SumOfSquares|Dot|Norm|Distance|CosineSimilarity|Average|StdDev|Product|ProductOfSums|ProductOfDifferences";

    [GeneratedRegex(
        @"\b(?:(?:Math|MathF|float|double|Half|Single|Double|TensorPrimitives|Vector(?:64|128|256|512)?)(?:<\w+>)?\s*\.\s*(?:"
            + Transcendental + "|" + Imprecise + @")\s*[(<]"
        + @"|(?:TensorPrimitives|Vector(?:64|128|256|512)?)(?:<\w+>)?\s*\.\s*(?:" + Ordered + @")\s*[(<]"
        + @"|(?:Sse|Avx|Avx512F|AdvSimd)(?:\.\w+)?\s*\.\s*(?:" + Imprecise + @"|ReciprocalExponent\w*)\s*\("
        + @"|using\s+static\s+System\.MathF?\s*;"
        + @"|(?:new\s+(?:System\.)?Random\s*\(|(?:System\.)?Random\.Shared\b|System\.Random\b|\bRandom\s+\w+\s*=))")]
    private static partial Regex Banned();

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [Fact]
    public void The_library_calls_none_of_them()
    {
        string[] files = Directory.GetFiles(SourceFolder(), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")).ToArray();

        string[] found = files.SelectMany(file => Find(File.ReadAllText(file)).Select(call =>
            $"{Path.GetFileName(file)}: {call}")).ToArray();

        files.Should().HaveCountGreaterThan(10);
        found.Should().BeEmpty();
    }

    [Theory]
    [InlineData("y = Math.Exp(x);")]
    [InlineData("y = MathF . Log2(x);")]
    [InlineData("y = float.Pow(x, 2);")]
    [InlineData("y = double.Tanh(x);")]
    [InlineData("TensorPrimitives.Exp(x, y);")]
    [InlineData("TensorPrimitives.Exp<float>(x, y);")]
    [InlineData("s = TensorPrimitives.Sum(x);")]
    [InlineData("s = TensorPrimitives.Dot(x, y);")]
    [InlineData("s = Vector512.Sum(v);")]
    [InlineData("s = Vector.Sum(v);")]
    [InlineData("s = Vector128.Dot(v, w);")]
    [InlineData("v = Vector256.Exp(v);")]
    [InlineData("v = Vector512.MultiplyAddEstimate(a, b, c);")]
    [InlineData("v = Sse.ReciprocalSqrt(v);")]
    [InlineData("v = Avx512F.Reciprocal14(v);")]
    [InlineData("v = AdvSimd.Arm64.ReciprocalSqrtEstimate(v);")]
    [InlineData("using static System.Math;")]
    [InlineData("var r = new Random(1);")]
    [InlineData("int i = Random.Shared.Next();")]
    [InlineData("Random r = new(1);")]
    [InlineData("System.Random r;")]
    public void The_search_finds(string code) => Find(code).Should().ContainSingle();

    [Theory]
    [InlineData("y = MathF.Sqrt(x) + Math.Abs(x) + MathF.FusedMultiplyAdd(a, b, c);")]
    [InlineData("y = Elementary.Exp(x); z = LaneMath.Exp(x); s = Reductions.Sum(x, n);")]
    [InlineData("// Math.Exp(x) differs\ny = 1;")]
    [InlineData("/* new Random(1)\n Math.Log(x) */ y = 1;")]
    [InlineData("namespace NeuralCore.Randomness; RandomStream stream = RandomStream.Derive(1, name);")]
    [InlineData("TensorPrimitives.Add(x, y, z); v = Vector512.Sqrt(v);")]
    public void The_search_passes(string code) => Find(code).Should().BeEmpty();

    private static string[] Find(string code) => Banned().Matches(Comment().Replace(code, "")).Select(match => match.Value).ToArray();

    private static string SourceFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "NeuralCore.sln")))
                return Path.Combine(folder.FullName, "src", "NeuralCore");
        }
        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
