using NeuralCore.Data;
using NeuralCore.Tabular;

namespace NeuralCore.Examples.Tests;

/// <summary>The code blocks of docs/tabular.md, in its order. A test compares them with the file.</summary>
public sealed class TabularExamples : IDisposable
{
    private static readonly string[] Files = ["iris.csv", "test.csv", "new.csv", "iris.safetensors", "predictions.csv"];

    public TabularExamples()
    {
        string rows = string.Concat(Enumerable.Range(0, 60).Select(i => $"{i % 3 * 2 + 1}.{i % 7},{(i * 5) % 11},{"abc"[i % 3]}\n"));
        foreach (string file in Files[..3])
            File.WriteAllText(file, "petal_length,petal_width,species\n" + rows);
    }

    public void Dispose() => Array.ForEach(Files, File.Delete);

    [Fact]
    public void Train_save_load_and_predict()
    {
        // example
        Table table = Table.ReadCsv("iris.csv");
        TabularClassifier classifier = TabularClassifier.Train(table, "species");
        Console.WriteLine(classifier.Evaluate(Table.ReadCsv("test.csv")));
        classifier.Save("iris.safetensors");
        // end

        // example
        TabularModel model = TabularModel.Load("iris.safetensors");
        model.PredictTable(model.ReadCsv("new.csv")).WriteCsv("predictions.csv");
        // end

        classifier.Evaluate(table).Accuracy.Should().BeGreaterThan(0.9);
        Table.ReadCsv("predictions.csv").RowCount.Should().Be(60);
    }

    [Fact]
    public void A_data_set_for_a_network_of_ones_own()
    {
        // example
        TableDataset<int> train = Table.ReadCsv("iris.csv").ToClasses("species");
        Dataset<int> test = train.Convert(Table.ReadCsv("test.csv"));
        Console.WriteLine($"{train.Data}: {string.Join(", ", train.Inputs)} -> {string.Join(", ", train.Classes)}");
        // end

        test.Count.Should().Be(60);
        train.Classes.Should().Equal("a", "b", "c");
    }
}
