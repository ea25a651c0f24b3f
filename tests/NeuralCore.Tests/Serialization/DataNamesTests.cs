using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Serialization;

/// <summary>The names of inputs, classes and categories go into a model's file and come out of it.</summary>
public class DataNamesTests
{
    private static readonly DataNames Names = new()
    {
        Inputs = ["age", "größe/cm", "city \"x\""],
        Classes = ["no", "yes"],
        Categories = new Dictionary<int, IReadOnlyList<string>> { [2] = ["n/a", "", "Köln\n", "日本"] },
    };

    [Fact]
    public void They_survive_files_copies_and_checkpoints()
    {
        Sequential model = Model();
        using TemporaryFolder folder = new();
        model.Save(folder.File("a"));
        Sequential loaded = Sequential.Load(folder.File("a"));
        ShouldBe(loaded.DataNames);
        loaded.Save(folder.File("b"));
        File.ReadAllBytes(folder.File("b")).Should().Equal(File.ReadAllBytes(folder.File("a")));
        ShouldBe(loaded.Clone().DataNames);
        using Trainer<int> trainer = loaded.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        trainer.CreateCheckpoint().Save(folder.File("c"));
        ShouldBe(Sequential.Load(folder.File("c")).DataNames);
    }

    [Fact]
    public void Without_names_a_file_is_as_before()
    {
        using TemporaryFolder folder = new();
        TestModels.Small().Save(folder.File("a"));
        File.ReadAllText(folder.File("a")).Should().NotContain("names");
        Sequential.Load(folder.File("a")).DataNames.Inputs.Should().BeEmpty();
    }

    [Fact]
    public void Names_do_not_keep_a_fit_from_resuming()
    {
        Sequential model = Model();
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        Checkpoint checkpoint = trainer.CreateCheckpoint();
        model.DataNames = new DataNames();
        trainer.Restore(checkpoint);
    }

    [Fact]
    public void What_does_not_fit_the_model_is_refused()
    {
        Sequential model = Model();
        Refused(Names with { Inputs = ["a"] }, "expected a name for each of 3 inputs, or none, got 1");
        Refused(Names with { Classes = ["a", "b", "c"] }, "expected a name for each of 2 classes");
        Refused(Names with { Classes = ["a", "a"] }, "two of the classes are named \"a\"");
        Refused(Names with { Classes = ["a", new string('x', 201)] }, "at most 200 characters");
        Refused(Names with { Classes = ["a", "\ud800"] }, "well-formed Unicode");
        Refused(Names with { Classes = ["a", null!] }, "null");
        Refused(Names with { Categories = new Dictionary<int, IReadOnlyList<string>> { [3] = ["a"] } }, "inputs 0 to 2");
        Refused(Names with { Categories = new Dictionary<int, IReadOnlyList<string>> { [0] = [] } }, "one or more");
        Refused(Names with
        {
            Categories = new Dictionary<int, IReadOnlyList<string>> { [0] = Enumerable.Range(0, 4096).Select(i => $"{i}").ToArray() },
        }, "at most 4096 names");
        ShouldBe(model.DataNames);
        new Sequential([2], [new Dense(1)]) { DataNames = new() { Classes = ["no", "yes"] } }.DataNames.Classes.Should().HaveCount(2);

        void Refused(DataNames names, string reason) => FluentActions.Invoking(() => model.DataNames = names).Should()
            .Throw<ArgumentException>().Which.Message.Should().Contain(reason);
    }

    [Theory]
    [InlineData("\\\"classes\\\":[\\\"no\\\",\\\"yes\\\"]", "\\\"classes\\\":[\\\"no\\\"]", "each of 2 classes")]
    [InlineData("\\\"classes\\\":[\\\"no\\\",\\\"yes\\\"]", "\\\"classes\\\":[\\\"no\\\",7]", "String")]
    [InlineData("\\\"classes\\\":[\\\"no\\\",\\\"yes\\\"]", "\\\"classes\\\":{}", "StartArray")]
    [InlineData("\\\"input\\\":2", "\\\"input\\\":-1", "inputs 0 to 2")]
    [InlineData("\\\"input\\\":2", "\\\"input\\\":2,\\\"x\\\":{\\\"input\\\":2}", "")]
    [InlineData("\\\"categories\\\":[{", "\\\"categories\\\":[{\\\"input\\\":2,\\\"values\\\":[\\\"a\\\"]},{", "twice")]
    public void A_file_that_lies_is_refused(string from, string to, string reason)
    {
        byte[] file = HostileFiles.Rewrite(Saved(Model()), from, to);
        HostileFiles.Forge(file).Should().BeTrue();
        if (reason.Length == 0)
            ModelFile.Load(new MemoryStream(file), "m");
        else
            HostileFiles.ShouldBeRefused(file, HostileFiles.LoadModel).Should().Contain(reason);
    }

    [Fact]
    public void Thousands_of_names_in_a_file_are_refused_before_memory_is_taken()
    {
        string many = string.Join(',', Enumerable.Repeat("\\\"\\\"", 60_000));
        byte[] file = HostileFiles.Rewrite(Saved(Model()), "\\\"classes\\\":[", $"\\\"classes\\\":[{many},");
        HostileFiles.Forge(file).Should().BeTrue();
        HostileFiles.ShouldBeRefused(file, HostileFiles.LoadModel).Should().Contain("At most");
    }

    private static Sequential Model() => new([3], [new Dense(2, new Softmax())]) { DataNames = Names };

    private static byte[] Saved(Sequential model)
    {
        using TemporaryFolder folder = new();
        model.Save(folder.File("m"));
        return File.ReadAllBytes(folder.File("m"));
    }

    private static void ShouldBe(DataNames found)
    {
        found.Inputs.Should().Equal(Names.Inputs);
        found.Classes.Should().Equal(Names.Classes);
        found.Categories.Keys.Should().Equal(2);
        found.Categories[2].Should().Equal(Names.Categories[2]);
    }
}
