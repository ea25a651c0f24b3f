using System.Text.RegularExpressions;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Layers;

/// <summary>A name that a file could not give back is refused where it is given, by one rule for all names.</summary>
public class NamesTests
{
    // Half a character stands escaped: the runner would replace it.
    public static TheoryData<string, string> Bad => new()
    {
        { "state/d", "has U+002F" },
        { "a\nb", "\"a\\u000Ab\" has U+000A" },
        { "a\u0085", "has U+0085" },
        { "a\\ud800", "half of a surrogate pair, U+D800" },
        { "\\udc00a", "half of a surrogate pair, U+DC00" },
        { " ", "not blank" },
        { new string('x', 201), "at most 200 characters" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Bad_names_are_refused_wherever_they_are_given(string escaped, string reason)
    {
        string name = Regex.Unescape(escaped);
        LayerDescription description = new("Mine");
        Sequential model = new([2], [new Dense(2, new Softmax())]);
        Action[] givers =
        [
            () => _ = new Dense(2, name: name),
            () => _ = new Sequential([2], [new Dense(2)], name: name),
            () => _ = new Sequential([2], [new Custom("w") { Called = name }]),
            () => _ = new Sequential([2], [new Custom(name)]),
            () => _ = new LayerDescription(name),
            () => description.With(name, 1),
            () => new CallbackState().Set(name, 1.0),
            () => new CallbackState().Set(name, [1f]),
            () => model.Compile(new Slotted(name), new SparseCategoricalCrossEntropy()),
            () => model.Compile(new Sgd(), new SparseCategoricalCrossEntropy(), new Named(name)),
        ];

        for (int i = 0; i < givers.Length; i++)
            givers[i].Should().Throw<ArgumentException>($"giver {i} takes no such name").WithMessage($"*{reason}*");
    }

    [Fact]
    public void Texts_are_well_formed_too()
    {
        const string half = "x\ud800";
        Sequential model = new([2], [new Dense(2, new Softmax())]);

        FluentActions.Invoking(() => new LayerDescription("Mine", half)).Should().Throw<ArgumentException>().WithMessage("*surrogate*");
        FluentActions.Invoking(() => new LayerDescription("Mine").With("a", half))
            .Should().Throw<ArgumentException>().WithMessage("Mine: a *surrogate*");
        FluentActions.Invoking(() => new FitOptions<int> { Callbacks = [new Set(half)] }.Check()).Should().Throw<ArgumentException>()
            .WithMessage("Set: *surrogate*");
        FluentActions.Invoking(() => new CallbackState().Set("a", half)).Should().Throw<ArgumentException>().WithMessage("*surrogate*");
        FluentActions.Invoking(() => model.Compile(new Slotted("a") { Text = half }, new SparseCategoricalCrossEntropy()))
            .Should().Throw<ArgumentException>().WithMessage("*surrogate*");
    }

    [Fact]
    public void Two_weights_of_one_full_name_are_refused_when_the_model_is_built()
    {
        Action build = () => _ = new Sequential([2], [new Custom("b.c", "a"), new Custom("c", "a.b")]);

        build.Should().Throw<ArgumentException>().WithMessage("a.b: two weights of the model would be named \"a.b.c\"*another name*");
    }

    [Fact]
    public void Two_slots_of_one_name_are_refused_before_the_first_step()
    {
        Sequential model = new([2], [new Dense(2, new Softmax())]);

        model.Invoking(m => m.Compile(new Slotted("a", "a"), new SparseCategoricalCrossEntropy()))
            .Should().Throw<ArgumentException>().WithMessage("*two slots*\"a\"*");
    }

    [Fact]
    public void A_layer_has_at_most_32_settings_those_within_included()
    {
        LayerDescription inner = new("Inner");
        for (int i = 0; i < 16; i++)
            inner.With($"s{i}", i);
        LayerDescription description = new LayerDescription("Mine").With("inner", inner);
        for (int i = 0; i < 15; i++)
            description.With($"s{i}", i);

        description.Invoking(d => d.With("more", 1))
            .Should().Throw<ArgumentException>().WithMessage("Mine: a layer has at most 32 settings*");
    }

    [Fact]
    public void Odd_names_within_the_rule_survive_a_file()
    {
        using Serialization.TemporaryFolder folder = new();
        string[] names = ["\"\\<&>", "é\u0301", "😀", "__metadata__", "state", "a b", new string('ü', 200)];
        Sequential model = new([2], names.Select(name => new Dense(2, name: name)), name: "😀 \"model\"");

        model.Save(folder.File("m"));

        Sequential loaded = Sequential.Load(folder.File("m"));
        loaded.Layers.Select(layer => layer.Name).Should().Equal(names);
        loaded.Name.Should().Be(model.Name);
    }

    private sealed class Custom(string parameter, string? name = null) : Layer(name)
    {
        internal string Called { get; init; } = "Custom";

        public override string Kind => Called;

        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            builder.AddParameter(parameter, input, new Zeros());
            return input;
        }

        protected internal override void Forward(in ForwardPass pass) => pass.Input.CopyTo(pass.Output);

        protected internal override void Backward(in BackwardPass pass) => pass.OutputGradient.CopyTo(pass.InputGradient);

        protected internal override LayerDescription Describe() => new(nameof(Custom));
    }

    private sealed class Slotted(params string[] slots) : Optimizer(0.1f)
    {
        internal string Text { get; init; } = "Slotted";

        public override IReadOnlyList<string> Slots => slots;

        protected internal override bool Update(in UpdatePass pass) => true;

        public override string ToString() => Text;
    }

    private sealed class Set(string settings) : Callback
    {
        protected internal override string? Settings => settings;
    }

    private sealed class Named(string name) : IMetric<int>
    {
        public string Name => name;

        public void Evaluate(in MetricPass<int> pass) => pass.RowValues.Clear();
    }
}
