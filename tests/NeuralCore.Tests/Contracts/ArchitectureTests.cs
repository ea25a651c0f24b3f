using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Contracts;

/// <summary>The walk that docs/architecture.md shows is the one that a sample takes.</summary>
public partial class ArchitectureTests
{
    [Fact]
    public void The_documented_walk_from_Fit_to_a_layer_is_the_stack_of_a_running_fit()
    {
        string[] stack = [];
        FaultyLayer layer = new();
        Sequential model = new([4], [layer, new Dense(3, new Softmax())]);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        // Not during the warm-up, and with enough work for the threads to share.
        Starting start = new(() => layer.OnForward = () => stack = Frames());
        trainer.Fit(TestData.Classes(40_000, [4], 3), new() { BatchSize = 40_000, Threads = 1, Callbacks = [start] });

        string[] documented = Documented();
        stack.Length.Should().BeGreaterThan(6);
        documented.Should().ContainInOrder(stack, "the compiler may inline a call, but the walk leaves none out");
        documented.Should().BeSubsetOf(Methods(), "every call of the walk exists");
    }

    private static string[] Methods() => typeof(Sequential).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(
            BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Select(method => $"{Plain(type.Name)}.{method.Name.Split('.')[^1]}")).ToArray();

    private static string[] Documented()
    {
        string[] lines = Repository.Read("docs/architecture.md").Split('\n');
        int first = Array.FindIndex(lines, line => line.StartsWith("Trainer.Fit ", StringComparison.Ordinal));
        int last = Array.FindIndex(lines, line => line.StartsWith("Layer.Forward ", StringComparison.Ordinal));
        return lines[first..last].Select(line => line.Split(' ')[0]).ToArray();
    }

    // The library's own frames between the fit and the layer, outermost first.
    private static string[] Frames() => new StackTrace().GetFrames().Reverse()
        .Select(frame => frame.GetMethod()!)
        .Where(method => method.DeclaringType?.Assembly == typeof(Sequential).Assembly)
        .Select(method => $"{Plain(method.DeclaringType!.Name)}.{method.Name.Split('.')[^1]}").ToArray();

    private static string Plain(string name) => Arity().Replace(name, "");

    private sealed class Starting(Action action) : Callback
    {
        public override void OnEpochBegin(FitContext context) => action();
    }

    [GeneratedRegex("`\\d+")]
    private static partial Regex Arity();
}
