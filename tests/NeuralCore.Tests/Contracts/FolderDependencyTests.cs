using System.Text.RegularExpressions;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Training;

namespace NeuralCore.Tests.Contracts;

/// <summary>Arrows between the library's folders go down only, in the sources and in the compiled code.</summary>
public partial class FolderDependencyTests
{
    private const string Source = "src/NeuralCore";

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<!namespace\s+)\bNeuralCore\.(\w+)")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"^namespace\s+([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [Fact]
    public void Every_folder_has_its_place_in_the_order()
    {
        Repository.Files(Source, ".cs").Select(FolderOfFile).Distinct().Should().OnlyContain(folder => FolderOrder.IsKnown(folder));
    }

    [Fact]
    public void Namespaces_are_the_folders()
    {
        string[] strangers = Repository.Files(Source, ".cs")
            .Where(file => FolderOrder.Of(Namespace().Match(Repository.Read(file)).Groups[1].Value) != FolderOfFile(file))
            .Where(file => Path.GetFileName(file) is not ("GlobalUsings.cs" or "AssemblyInfo.cs")).ToArray();

        strangers.Should().BeEmpty();
    }

    [Fact]
    public void Sources_name_only_what_stands_below()
    {
        string[] upward = Repository.Files(Source, ".cs")
            .SelectMany(file => QualifiedName().Matches(Comment().Replace(Repository.Read(file), ""))
                .Select(match => (File: file, From: FolderOfFile(file), To: match.Groups[1].Value)))
            .Where(arrow => FolderOrder.IsKnown(arrow.To) && !FolderOrder.Allows(arrow.From, arrow.To))
            .Select(arrow => $"{arrow.File} names NeuralCore.{arrow.To}").ToArray();

        upward.Should().BeEmpty();
    }

    [Fact]
    public void Compiled_code_reaches_only_what_stands_below()
    {
        string[] upward = Arrows().Where(arrow => !FolderOrder.Allows(arrow.From, arrow.To))
            .Select(arrow => $"{arrow.User.FullName} uses {arrow.Used.FullName}").ToArray();

        upward.Should().BeEmpty();
    }

    [Fact]
    public void The_known_circle_grows_no_further()
    {
        foreach ((string from, string to, string type) in FolderOrder.Circles)
        {
            Arrows().Where(arrow => arrow.From == from && arrow.To == to).Select(arrow => arrow.Used.Name).Distinct()
                .Should().Equal([type], $"{from} may use {type} of {to} and nothing else");
        }
    }

    [Fact]
    public void Compiled_code_is_looked_into()
    {
        TypeReferences.Of(typeof(Dense)).Should().Contain(typeof(GlorotUniform), "it is made in a constructor's code");
        TypeReferences.Of(typeof(CrossEntropy<>)).Should().Contain(typeof(Softmax), "it is asked for by a type test");
        TypeReferences.Of(typeof(SequentialTraining)).Should().Contain(typeof(Trainer<>)).And.Contain(typeof(Sequential));
    }

    [Theory]
    [InlineData("Training", "Models", true)]
    [InlineData("Models", "Training", false)]
    [InlineData("Layers", "Models", false)]
    [InlineData("Losses", "Layers", true)]
    [InlineData("Layers", "Losses", false)]
    [InlineData("Metrics", "Layers", false)]
    [InlineData("Numerics", "Randomness", false)]
    public void The_order_is(string from, string to, bool allowed) => FolderOrder.Allows(from, to).Should().Be(allowed);

    private static List<(Type User, Type Used, string From, string To)> Arrows()
    {
        List<(Type, Type, string, string)> arrows = [];
        foreach (Type user in typeof(Sequential).Assembly.GetTypes())
        {
            if (FolderOrder.Of(user.Namespace) is not { } from)
                continue;
            foreach (Type used in TypeReferences.Of(user))
            {
                if (used.Assembly == user.Assembly && FolderOrder.Of(used.Namespace) is { } to && from != to)
                    arrows.Add((user, used, from, to));
            }
        }
        return arrows;
    }

    private static string FolderOfFile(string file)
    {
        string[] parts = file[(Source.Length + 1)..].Split('/');
        return parts.Length == 1 ? FolderOrder.RootFolder : parts[0];
    }
}
