using NeuralCore.Data;
using NeuralCore.Initializers;
using NeuralCore.Layers;

namespace NeuralCore.Tests.Layers;

public class LayerFactoryTests
{
    public static TheoryData<string> Kinds => new(Layers.Keys);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_layer_comes_back_from_its_description(string text)
    {
        Layer layer = Layers[text]();
        layer.ToString().Should().Be(text);

        Layer rebuilt = LayerFactory.BuiltIn.Create(layer.Describe(), "given");

        rebuilt.Should().BeOfType(layer.GetType());
        rebuilt.Name.Should().Be("given");
        rebuilt.Kind.Should().Be(layer.Kind).And.Be(layer.Describe().Kind);
        Flat(rebuilt.Describe()).Should().Equal(Flat(layer.Describe()));
    }

    [Fact]
    public void Every_built_in_layer_is_known()
    {
        string[] kinds = typeof(Layer).Assembly.GetExportedTypes().Where(type =>
            type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract).Select(type => type.Name).ToArray();
        Layers.Keys.Select(text => text.Split('(')[0]).Distinct().Should().BeEquivalentTo(kinds);
    }

    [Fact]
    public void A_user_s_layer_needs_its_own_factory()
    {
        LayerDescription description = new LayerDescription("Mine").With("size", 3);
        FluentActions.Invoking(() => LayerFactory.BuiltIn.Create(description)).Should().Throw<NotSupportedException>()
            .WithMessage(
                "*the kind \"Mine\" is unknown. Known are *Dense, Dropout, *, Flatten, *LayerFactory.BuiltIn.With(\"Mine\", ...).");
        LayerFactory factory = LayerFactory.BuiltIn.With("Mine", (settings, name) => new Dense(settings.GetInt32("size"), name: name));
        ((Dense)factory.Create(description, "m")).Units.Should().Be(3);
        factory.Create(new LayerDescription("ReLU")).Should().BeOfType<ReLU>();
        FluentActions.Invoking(() => LayerFactory.BuiltIn.With("Dense", (_, _) => new ReLU())).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Missing_and_wrong_settings_are_named()
    {
        FluentActions.Invoking(() => LayerFactory.BuiltIn.Create(new LayerDescription("Dropout"))).Should().Throw<FormatException>()
            .WithMessage("Dropout: the setting \"rate\" is missing.");
        FluentActions.Invoking(() => LayerFactory.BuiltIn.Create(new LayerDescription("Dropout").With("rate", "x"))).Should()
            .Throw<FormatException>()
            .WithMessage("Dropout: the setting \"rate\" is a number, found x.");
        FluentActions.Invoking(() => LayerFactory.BuiltIn.Create(new LayerDescription("Dense").With("units", 1L << 40)
            .With("useBias", true))).Should().Throw<FormatException>();
    }

    [Fact]
    public void Settings_out_of_range_do_not_make_a_layer()
    {
        FluentActions.Invoking(() => new Dense(0)).Should().Throw<ArgumentOutOfRangeException>();
        foreach (double rate in new[] { -0.1, 1, double.NaN })
            FluentActions.Invoking(() => new Dropout(rate)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ReLU().InputShape).Should().Throw<InvalidOperationException>()
            .WithMessage("ReLU is not part of a model yet*");
    }

    private static Dictionary<string, Func<Layer>> Layers { get; } = new()
    {
        ["Dense(7)"] = () => new Dense(7),
        ["Dense(128, ReLU)"] = () => new Dense(128, new ReLU(), new HeNormal(), new Constant(0.25f), useBias: false),
        ["Dense(10, Softmax)"] = () => new Dense(10, new Softmax(), new GlorotUniform(), new Zeros()),
        ["ReLU"] = () => new ReLU(),
        ["LeakyReLU(0.3)"] = () => new LeakyReLU(),
        ["LeakyReLU(0.125)"] = () => new LeakyReLU(0.125f),
        ["ELU"] = () => new ELU(),
        ["ELU(0.5)"] = () => new ELU(0.5f),
        ["SELU"] = () => new SELU(),
        ["GELU"] = () => new GELU(),
        ["GELU(approximate: True)"] = () => new GELU(approximate: true),
        ["SiLU"] = () => new SiLU(),
        ["Mish"] = () => new Mish(),
        ["Softplus"] = () => new Softplus(),
        ["Sigmoid"] = () => new Sigmoid(),
        ["Tanh"] = () => new Tanh(),
        ["Dense(3, GELU(approximate: True))"] = () => new Dense(3, new GELU(approximate: true)),
        ["Softmax"] = () => new Softmax(),
        ["LogSoftmax"] = () => new LogSoftmax(),
        ["Dropout(0.25)"] = () => new Dropout(0.25),
        ["Flatten"] = () => new Flatten(),
        ["StandardScaler"] = () => new StandardScaler(),
        ["StandardScaler(columns: [0-2, 5])"] = () => new StandardScaler([5, 0, 1, 2]),
        ["MinMaxScaler(-1, 1)"] = () => new MinMaxScaler(lower: -1, upper: 1),
        ["Imputer(Median, columns: [3])"] = () => new Imputer(ImputeStrategy.Median, [3]),
        ["Imputer(Constant 0.5)"] = () => new Imputer(ImputeStrategy.Constant, fillValue: 0.5f),
        ["OneHotEncoder(columns: [1-2])"] = () => new OneHotEncoder([1, 2]).Fit(new float[,] { { 0, 1, 2 }, { 0, 2, 2 } }),
    };

    private static IEnumerable<string> Flat(LayerDescription description) => description.Settings.SelectMany(
        setting => setting.Value is LayerDescription inner ? Flat(inner).Prepend($"{setting.Key}: {inner.Kind}")
            : [$"{setting.Key}: {setting.Value}"]);
}
