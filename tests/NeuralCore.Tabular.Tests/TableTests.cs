using NeuralCore.Tests.Serialization;

namespace NeuralCore.Tabular.Tests;

public class TableTests
{
    private static readonly Table Mixed = new(
    [
        new NumericColumn("n", [1.5, double.NaN, -3e-9, 0.1]),
        new CategoricalColumn("c", ["x,y", " lead", null, "say \"hi\"\nthere"]),
    ]);

    [Fact]
    public void A_written_table_reads_back_to_the_same_values()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("t.csv");
        File.WriteAllText(path, "old");

        Mixed.WriteCsv(path);
        Table read = Table.ReadCsv(path);

        File.ReadAllText(path).Should().Be("n,c\n1.5,\"x,y\"\n,\" lead\"\n-3E-09,\n0.1,\"say \"\"hi\"\"\nthere\"\n");
        ((NumericColumn)read["n"]).Values.ToArray().Should().Equal(1.5, double.NaN, -3e-9, 0.1);
        Enumerable.Range(0, 4).Select(row => read["c"].IsMissing(row) ? null : read["c"].Text(row))
            .Should().Equal("x,y", " lead", null, "say \"hi\"\nthere");
        folder.Names.Should().Equal("t.csv");
    }

    [Fact]
    public void A_missing_value_of_an_only_column_is_no_empty_line()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("t.csv");
        new Table([new NumericColumn("n", [1, double.NaN, 3])]).WriteCsv(path);

        Table.ReadCsv(path).RowCount.Should().Be(3);
    }

    [Fact]
    public void Rows_keep_all_categories_and_their_lines()
    {
        Table table = Table.ParseCsv("n,c\n1,x\n2,y\n3,x\n");

        Table part = table.Rows([2, 0, 2]);

        ((NumericColumn)part["n"]).Values.ToArray().Should().Equal(3, 1, 3);
        ((CategoricalColumn)part["c"]).Categories.Should().Equal("x", "y");
        part.Locate(0).Should().Be("csv, line 4");
        FluentActions.Invoking(() => table.Rows([3])).Should().Throw<ArgumentOutOfRangeException>().WithMessage("csv has rows 0 to 2.*");
    }

    [Fact]
    public void Columns_can_be_left_out_replaced_and_added()
    {
        Table table = Mixed.Without("c").With(new NumericColumn("n", [1, 2, 3, 4])).With(new NumericColumn("m", [5, 6, 7, 8]));

        table.Columns.Select(column => column.Name).Should().Equal("n", "m");
        ((NumericColumn)table["n"]).Values.ToArray().Should().Equal(1, 2, 3, 4);
        FluentActions.Invoking(() => Mixed.Without("d")).Should().Throw<ArgumentException>().WithMessage("table has no column \"d\"*");
        FluentActions.Invoking(() => Mixed.With(new NumericColumn("m", [1]))).Should().Throw<ArgumentException>()
            .WithMessage("table: column \"m\" has 1 rows, but \"n\" has 4.*");
    }

    [Fact]
    public void Numbers_become_categories_in_their_order()
    {
        CategoricalColumn column = new NumericColumn("n", [2, 10, double.NaN, 2, 0.5]).ToCategorical();

        column.Categories.Should().Equal("0.5", "2", "10");
        column.Codes.ToArray().Should().Equal(1, 2, -1, 1, 0);
    }

    [Fact]
    public void Wrong_columns_are_refused()
    {
        FluentActions.Invoking(() => new Table([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new Table([Mixed["n"], Mixed["n"]])).Should().Throw<ArgumentException>()
            .WithMessage("table: two columns are named \"n\".*");
        FluentActions.Invoking(() => new NumericColumn("n", [1, double.PositiveInfinity])).Should().Throw<ArgumentException>()
            .WithMessage("Column \"n\", row 1: a value is finite*");
        FluentActions.Invoking(() => new NumericColumn(" ", [1])).Should().Throw<ArgumentException>();
    }
}
