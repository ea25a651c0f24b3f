using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Serialization;
using NeuralCore.Tests.Contracts;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tabular.Tests;

/// <summary>From a table to a trained, saved model, and what is said of tables that do not suit.</summary>
public class TabularModelTests
{
    private static readonly TabularOptions Quick = new() { Epochs = 3, Hidden = [8] };

    [Theory]
    [InlineData("iris", "species", 0.93)]
    [InlineData("wine", "cultivar", 0.95)]
    [InlineData("breast_cancer", "diagnosis", 0.95)]
    [InlineData("digits", "digit", 0.96)]
    public void A_classifier_learns_without_tuning(string name, string label, double accuracy)
    {
        (Table train, Table test) = Split(Read(name));

        TabularClassifier classifier = TabularClassifier.Train(train, label);

        classifier.Evaluate(test).Accuracy.Should().BeGreaterThan(accuracy);
        string[] predicted = classifier.Predict(test);
        predicted.Where((text, row) => text == test[label].Text(row)).Count()
            .Should().Be((int)Math.Round(classifier.Evaluate(test).Accuracy * test.RowCount));
        classifier.History!.Epochs.Should().HaveCount(100);
    }

    [Fact]
    public void A_regressor_learns_without_tuning()
    {
        (Table train, Table test) = Split(Read("diabetes"));

        TabularRegressor regressor = TabularRegressor.Train(train, "progression");

        regressor.Evaluate(test).R2.Should().BeGreaterThan(0.35);
        regressor.Predict(test).Average().Should().BeInRange(120, 180, "predictions are in the label's unit");
    }

    [Fact]
    public void A_saved_model_predicts_the_same_bits()
    {
        using TemporaryFolder folder = new();
        Table table = Mixed();
        TabularClassifier classifier = TabularClassifier.Train(table, "class", Quick);
        TabularRegressor regressor = TabularRegressor.Train(table, "n", Quick);

        classifier.Save(folder.File("c"));
        regressor.Save(folder.File("r"));
        TabularClassifier loadedClassifier = TabularClassifier.Load(folder.File("c"));
        TabularModel loadedRegressor = TabularModel.Load(folder.File("r"));

        loadedClassifier.PredictProbabilities(table).Should().Equal(classifier.PredictProbabilities(table));
        loadedClassifier.Classes.Should().Equal("no", "yes");
        loadedClassifier.Label.Should().Be("class");
        loadedClassifier.Features.Should().Equal(classifier.Features).And.Equal("n", "c");
        loadedRegressor.Should().BeOfType<TabularRegressor>().Which.Predict(table).Should().Equal(regressor.Predict(table));
        FluentActions.Invoking(() => TabularClassifier.Load(folder.File("r"))).Should().Throw<InvalidDataException>()
            .WithMessage("*expected a classifier, found a model for regression.*");
        FluentActions.Invoking(() => TabularRegressor.Load(folder.File("c"))).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void A_model_of_another_kind_is_refused()
    {
        using TemporaryFolder folder = new();
        new Sequential([2], [new Dense(2)]).Save(folder.File("m"));
        TableSchema wrong = new("y", ["a", "b"], [new InputColumn("x", null)]);
        new Sequential([2], [.. TableInput.For(wrong), new Dense(2)]).Save(folder.File("w"));

        FluentActions.Invoking(() => TabularModel.Load(folder.File("m"))).Should().Throw<InvalidDataException>()
            .WithMessage("*expected a model for tables, found one of which this is wrong: it does not name its columns.*");
        FluentActions.Invoking(() => TabularModel.Load(folder.File("w"))).Should().Throw<InvalidDataException>()
            .WithMessage("*its columns need 1 inputs and 2 outputs, but it has ?2? and ?2?.");
        FluentActions.Invoking(() => TabularModel.Load(folder.File("none"))).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        Table table = Read("breast_cancer");
        float[] one = Train(1);

        foreach (int threads in new[] { 2, 3, 7 })
            Train(threads).Should().Equal(one);

        float[] Train(int threads) =>
            TabularClassifier.Train(table, "diagnosis", new() { Epochs = 3, Threads = threads }).PredictProbabilities(table);
    }

    [Fact]
    public void Predictions_are_written_with_their_probabilities()
    {
        using TemporaryFolder folder = new();
        Table table = Mixed();
        TabularClassifier classifier = TabularClassifier.Train(table, "class", Quick);

        classifier.PredictTable(table).WriteCsv(folder.File("p.csv"));
        Table read = Table.ReadCsv(folder.File("p.csv"));

        read.Columns.Select(column => column.Name).Should().Equal("class", "probability_no", "probability_yes");
        Enumerable.Range(0, table.RowCount).Select(read["class"].Text).Should().Equal(classifier.Predict(table));
        ((NumericColumn)read["probability_yes"]).Values.ToArray().Select(value => (float)value)
            .Should().Equal(classifier.PredictProbabilities(table).Where((_, i) => i % 2 == 1));
        TabularRegressor.Train(table, "n", Quick).PredictTable(table).Columns.Single().Name.Should().Be("n");
    }

    [Fact]
    public void Columns_are_found_by_name_and_others_do_not_matter()
    {
        Table table = Mixed();
        TabularClassifier classifier = TabularClassifier.Train(table, "class", Quick);
        Table other = new([table["c"], new NumericColumn("more", new double[table.RowCount]), table["n"]]);

        classifier.PredictProbabilities(other).Should().Equal(classifier.PredictProbabilities(table));
        FluentActions.Invoking(() => classifier.Predict(table.Without("n"))).Should().Throw<ArgumentException>()
            .WithMessage(
                "csv has no column \"n\", which the model predicts \"class\" from. Its columns are \"id\", \"c\", \"class\", \"same\".");
    }

    [Fact]
    public void Columns_that_say_nothing_are_left_out_with_the_reason()
    {
        string lines = string.Concat(Enumerable.Range(0, 200).Select(i => $"k{i},{i % 7},1,,{(i % 2 == 0 ? "a" : "b")}\n"));
        Table table = Table.ParseCsv("id,n,same,none,class\n" + lines);

        TabularClassifier classifier = TabularClassifier.Train(table, "class", Quick);

        classifier.Features.Should().Equal("n");
        classifier.LeftOut.Should().Equal(
            "id: 200 of its 200 values are different, as names or ids are", "same: it is constant", "none: it has no values");
        FluentActions.Invoking(() => TabularClassifier.Train(table.Without("n"), "class")).Should().Throw<ArgumentException>()
            .WithMessage("csv has no column to predict \"class\" from: id: 200 of*");
    }

    [Fact]
    public void The_training_doctor_s_findings_come_with_the_model()
    {
        Table lopsided = Table.ParseCsv("n,class\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},{(i < 10 ? "a" : "b")}\n")));

        TabularClassifier.Train(lopsided, "class", Quick).Findings.Should().ContainSingle().Which.Code.Should().Be("NC015");
        TabularClassifier.Train(Read("iris"), "species", Quick).Findings.Should().BeEmpty();
        TabularRegressor.Train(Read("diabetes"), "progression", Quick).Findings.Should().BeEmpty();
    }

    [Fact]
    public void Missing_and_unknown_values_are_predicted_from_the_rest()
    {
        TabularClassifier classifier = TabularClassifier.Train(Mixed(), "class", Quick);

        float[] inputs = classifier.Encode(Table.ParseCsv("n,c\n,unknown\n2,\n3,u\n"));

        inputs.Should().Equal(float.NaN, 0, 0, 0, 2, 0, 0, 0, 3, 1, 0, 0);
        classifier.PredictProbabilities(Table.ParseCsv("n,c\n,\n")).Should().Equal(
            classifier.PredictProbabilities(Table.ParseCsv("n,c\n2,\n")), "2 is the median of n");
        Table gaps = Table.ParseCsv("n,class\n" + string.Concat(Enumerable.Range(0, 60).Select(i =>
            $"{(i % 9 == 0 ? "" : $"{i % 7}")},{(i % 2 == 0 ? "a" : "b")}\n")));
        TabularClassifier.Train(gaps, "class", Quick).Findings.Should().BeEmpty("the model fills the gaps itself");
    }

    [Theory]
    [InlineData("n,c,class\n1,u,yes\nx,v,no\n", "t, line 2, column \"n\": expected a number, as in training, found \"1\".")]
    [InlineData("n,c,class\n1e300,u,yes\n2,v,no\n", "t, line 2, column \"n\": expected a number of single precision, found 1E+300.")]
    [InlineData(
        "n,c,class\n1,u,yes\n2,v,maybe\n",
        "t, line 3, column \"class\": expected one of the 2 classes of training, found \"maybe\".")]
    [InlineData("n,c,class\n1,u,yes\n2,v,\n", "t, line 3, column \"class\": the label is missing.")]
    public void A_cell_that_does_not_suit_the_model_is_named(string text, string message)
    {
        TabularClassifier classifier = TabularClassifier.Train(Mixed(), "class", Quick);

        FluentActions.Invoking(() => classifier.Evaluate(Table.ParseCsv(text, name: "t")))
            .Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void A_file_is_read_with_the_types_of_training()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("t.csv");
        string rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"0{i % 3},{i % 5},{(i % 4 < 2 ? "1" : "0")}\n"));
        Table table = Table.ParseCsv("zip,n,class\n" + rows, new() { Categorical = ["zip"] });
        TabularClassifier classifier = TabularClassifier.Train(table, "class", Quick);
        File.WriteAllText(path, "zip,n,class\n00,1,1.0\n02,2,0\n");

        Table read = classifier.ReadCsv(path);

        classifier.Classes.Should().Equal("0", "1");
        classifier.Encode(read).Should().Equal(1, 0, 0, 1, 0, 0, 1, 2);
        classifier.ToDataset(read).Targets.ClassOf(0).Should().Be(1);
        File.WriteAllText(path, "zip,n\n00,1\n02,x\n01,y\n");
        FluentActions.Invoking(() => classifier.ReadCsv(path)).Should().Throw<InvalidDataException>().WithMessage(
            $"{path}, line 3, column \"n\": expected a finite number, found \"x\" (and 1 more cells of the column are no numbers).");
    }

    [Fact]
    public void A_label_that_does_not_suit_the_task_is_named()
    {
        FluentActions.Invoking(() => TabularClassifier.Train(Mixed(), "Class")).Should().Throw<ArgumentException>()
            .WithMessage("csv has no column \"Class\". Did you mean \"class\"?*");
        FluentActions.Invoking(() => TabularRegressor.Train(Mixed(), "class")).Should().Throw<ArgumentException>()
            .WithMessage("csv: column \"class\" holds categories such as \"yes\"; regression needs numbers. Use TabularClassifier.");
        FluentActions.Invoking(() => TabularClassifier.Train(Mixed(), "same")).Should().Throw<ArgumentException>()
            .WithMessage("csv: column \"same\" has one class; classification needs at least two.*");
        FluentActions.Invoking(() => TabularRegressor.Train(Table.ParseCsv("x,y\n1,2\n2,\n3,\n"), "y")).Should().Throw<ArgumentException>()
            .WithMessage("csv, line 3, column \"y\": the label is missing (and 1 more).");
    }

    [Fact]
    public void Options_are_checked()
    {
        foreach (TabularOptions options in new TabularOptions[]
        {
            new() { Hidden = [] }, new() { Hidden = [0] }, new() { Epochs = 0 }, new() { BatchSize = 0 }, new() { LearningRate = 0 },
            new() { LearningRate = float.NaN }, new() { Threads = -1 },
        })
        {
            FluentActions.Invoking(() => TabularClassifier.Train(Mixed(), "class", options)).Should().Throw<ArgumentException>();
        }
    }

    [Fact]
    public void Training_can_be_cancelled_and_logged()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource source = new();
        CsvLogger logger = new(folder.File("log.csv"));

        TabularClassifier.Train(Mixed(), "class", Quick with { Callbacks = [logger] });
        source.Cancel();

        File.ReadAllLines(folder.File("log.csv")).Should().HaveCount(4);
        FluentActions.Invoking(() => TabularClassifier.Train(Mixed(), "class", Quick with { CancellationToken = source.Token }))
            .Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void A_data_set_names_its_inputs_and_classes()
    {
        TableDataset<int> data = Mixed().ToClasses("class");

        data.Data.Count.Should().Be(40);
        data.Data.InputShape.Size.Should().Be(4);
        data.Inputs.Should().Equal("n", "c=u", "c=v", "c=w");
        data.Classes.Should().Equal("no", "yes");
        data.Convert(Table.ParseCsv("c,class,n\nw,no,7\n")).ToString().Should().Be("1 samples [4], 2 classes");
        Mixed().ToNumbers("n").Data.Targets.Width.Should().Be(1);
        Mixed().ToClasses("n").Classes.Should().Equal("0", "1", "2", "3", "4");
    }

    private static Table Mixed() => Table.ParseCsv("id,n,c,class,same\n" + string.Concat(Enumerable.Range(0, 40).Select(i =>
        $"x,{i % 5},{"uvw"[i % 3]},{(i % 4 < 2 ? "yes" : "no")},1\n")));

    private static Table Read(string name) => Table.ReadCsv(
        Repository.PathOf($"tests/fixtures/tabular/{name}.csv"), new() { Categorical = name == "digits" ? ["digit"] : [] });

    private static (Table Train, Table Test) Split(Table table)
    {
        int[] rows = Enumerable.Range(0, table.RowCount).ToArray();
        new Random(1).Shuffle(rows);
        return (table.Rows(rows.AsSpan(table.RowCount / 5)), table.Rows(rows.AsSpan(0, table.RowCount / 5)));
    }
}
