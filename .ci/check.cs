#:property PublishAot=false

using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;

// Checks what .ci/run produced: "package FOLDER [ID]" or "accuracy FILE". Exit code 0 when all is well.
List<string> problems = args switch
{
    ["package", string folder] => Package(folder, "NeuralCore", ["System.Numerics.Tensors"]),
    ["package", string folder, "NeuralCore.Tabular"] => Package(folder, "NeuralCore.Tabular", ["NeuralCore", "Sep"]),
    ["accuracy", string file] => Accuracy(file),
    _ => ["usage: check.cs package FOLDER [NeuralCore.Tabular] | accuracy FILE"],
};
foreach (string problem in problems)
    Console.WriteLine(problem);
return problems.Count == 0 ? 0 : 1;

static List<string> Package(string folder, string id, string[] onlyDependencies)
{
    List<string> problems = [];
    string[] packages = Directory.GetFiles(folder, $"{id}.*.nupkg");
    string[] symbols = Directory.GetFiles(folder, $"{id}.*.snupkg");
    if (packages.Length != 1 || symbols.Length != 1)
        return [$"expected one package and one symbol package, found {packages.Length} and {symbols.Length}"];

    using ZipArchive package = ZipFile.OpenRead(packages[0]);
    string[] entries = package.Entries.Select(entry => entry.FullName).ToArray();
    string[] expected = [$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", "README.md", $"{id}.nuspec"];
    if (id == "NeuralCore")
        expected = [.. expected, "buildTransitive/NeuralCore.props", "buildTransitive/NeuralCore.targets"];
    problems.AddRange(expected.Except(entries).Select(name => $"the package lacks {name}"));
    string[] libraries = entries.Where(name => name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)).ToArray();
    if (libraries.Length != 1)
        problems.Add($"expected one dll, found {string.Join(", ", libraries)}");
    if (package.GetEntry(expected[0]) is { Length: > 700 * 1024 } large)
        problems.Add($"{id}.dll has {large.Length:N0} bytes, more than 700 KB");

    if (package.GetEntry($"{id}.nuspec") is { } nuspec)
    {
        using Stream stream = nuspec.Open();
        XElement[] elements = XDocument.Load(stream).Descendants().ToArray();
        string[] dependencies = elements.Where(element => element.Name.LocalName == "dependency").Select(element =>
            (string?)element.Attribute("id") ?? "").ToArray();
        if (!dependencies.Order().SequenceEqual(onlyDependencies))
        {
            problems.Add(
                $"expected as dependencies {string.Join(", ", onlyDependencies)}, found {string.Join(", ", dependencies)}");
        }
        if (elements.FirstOrDefault(element => element.Name.LocalName == "license")?.Value != "MIT")
            problems.Add("the package does not name its license, MIT");
        if (elements.FirstOrDefault(element => element.Name.LocalName == "readme")?.Value != "README.md")
            problems.Add("the package does not name its readme");
    }

    using ZipArchive symbolPackage = ZipFile.OpenRead(symbols[0]);
    if (symbolPackage.GetEntry($"lib/net10.0/{id}.pdb") is null)
        problems.Add($"the symbol package lacks lib/net10.0/{id}.pdb");
    if (id == "NeuralCore")
        problems.AddRange(Consumer(packages[0]));
    return problems;
}

// A program that uses the package as it will be published: without a using of its own it builds and runs, and not if it opts out.
static List<string> Consumer(string package)
{
    string version = Path.GetFileNameWithoutExtension(package)["NeuralCore.".Length..];
    string folder = Directory.CreateTempSubdirectory("neuralcore-package-").FullName;
    try
    {
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration><packageSources>
                <add key="built" value="{Path.GetDirectoryName(Path.GetFullPath(package))}" /></packageSources></configuration>
            """);
        File.WriteAllText(Path.Combine(folder, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestorePackagesPath>packages</RestorePackagesPath>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="NeuralCore" Version="{version}" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), """
            (Dataset<int> train, Dataset<int> test) = Dataset.From(
                Enumerable.Range(0, 100).Select(i => new float[] { i, i % 7 }).ToArray(),
                Enumerable.Range(0, 100).Select(i => i / 50).ToArray()).Split(Split.Stratified(0.2));
            Sequential model = new([2], [new StandardScaler().Fit(train.Features), new Dense(8, new ReLU()), new Dense(2, new Softmax())]);
            using Trainer<int> trainer = model.Compile(new Adam(0.01f), new SparseCategoricalCrossEntropy(), new Accuracy());
            trainer.Fit(train, new() { Epochs = 50 });
            model.Save("model.safetensors");
            return trainer.Evaluate(test).Accuracy > 0.8 && Sequential.Load("model.safetensors").PredictClasses(test).Length == 20 ? 0 : 1;
            """);
        List<string> problems = [];
        (int exitCode, string output) = Dotnet(folder, "run", "-c", "Release");
        if (exitCode != 0)
            problems.Add($"a program that uses the package does not run: {output}");
        (exitCode, output) = Dotnet(folder, "build", "-c", "Release", "-p:NeuralCoreImplicitUsings=false");
        if (exitCode == 0 || !output.Contains("CS0246", StringComparison.Ordinal))
            problems.Add($"NeuralCoreImplicitUsings=false does not leave the usings out: {output}");
        return problems;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

static (int ExitCode, string Output) Dotnet(string folder, params string[] arguments)
{
    ProcessStartInfo start = new("dotnet", arguments) { WorkingDirectory = folder,
        RedirectStandardOutput = true, RedirectStandardError = true };
    // What this program's own build has set does not concern the other.
    foreach (string name in new[] { "MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath" })
        start.Environment.Remove(name);
    using Process process = Process.Start(start)!;
    Task<string> error = process.StandardError.ReadToEndAsync();
    string output = process.StandardOutput.ReadToEnd() + error.Result;
    process.WaitForExit();
    return (process.ExitCode, output);
}

// One epoch of the baseline ends near 0.93 on the test images; the bounds catch chance and leaks, not noise.
static List<string> Accuracy(string file)
{
    const string name = "testAccuracy";
    using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
    if (!document.RootElement.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.Number)
        return [$"{file} holds no number {name}"];
    double accuracy = value.GetDouble();
    Console.WriteLine($"{name} {accuracy}");
    return accuracy is > 0.85 and < 0.98 ? [] : [$"{file}: {name} {accuracy} is not sane after one epoch"];
}
