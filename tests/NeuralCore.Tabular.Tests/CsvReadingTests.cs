using System.Text;
using NeuralCore.Tests.Serialization;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tabular.Tests;

/// <summary>What a CSV file means, and what is said of one that means nothing.</summary>
public class CsvReadingTests
{
    [Fact]
    public void Columns_have_the_type_of_their_cells()
    {
        Table table = Table.ParseCsv("age,city,weight\n30,Rome,70.5\n41,Oslo,-1e3\n7,Rome,+.5\n");

        table.RowCount.Should().Be(3);
        table.Columns.Select(column => column.Name).Should().Equal("age", "city", "weight");
        Numbers(table, "age").Should().Equal(30, 41, 7);
        Numbers(table, "weight").Should().Equal(70.5, -1000, 0.5);
        CategoricalColumn city = Categories(table, "city");
        city.Categories.Should().Equal("Oslo", "Rome");
        city.Codes.ToArray().Should().Equal(1, 0, 1);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", ',')]
    [InlineData("a;b\n1;2\n", ';')]
    [InlineData("a\tb\n1\t2\n", '\t')]
    [InlineData("a|b\n1|2\n", '|')]
    [InlineData("\n\n\"x,y,z\";b\n1;2\n", ';')]
    [InlineData("\"a;;;;\nb\",c,d\n1,2,3\n", ',')]
    public void The_separator_is_the_one_that_the_first_line_has_most_of(string text, char separator)
    {
        Table table = Table.ParseCsv(text);

        table.Columns.Count.Should().BeGreaterThan(1);
        table.Columns.Should().OnlyContain(column => column is NumericColumn);
        Table.ParseCsv(text, new() { Separator = separator }).Columns.Select(column => column.Name)
            .Should().Equal(table.Columns.Select(column => column.Name));
    }

    [Fact]
    public void One_column_needs_no_separator() => Numbers(Table.ParseCsv("a\r\n1\r\n2\r\n"), "a").Should().Equal(1, 2);

    [Fact]
    public void Decimal_commas_are_no_numbers_and_need_another_separator()
    {
        Table table = Table.ParseCsv("a;b\n1,5;x\n2,5;y\n");

        Categories(table, "a").Categories.Should().Equal("1,5", "2,5");
    }

    [Fact]
    public void Missing_values_are_counted_by_column_and_known_by_row()
    {
        Table table = Table.ParseCsv("n,c\n1,x\nNA,?\n,null\n4,\"\"\nNaN,y\n");

        Numbers(table, "n").Should().Equal(1, double.NaN, double.NaN, 4, double.NaN);
        table["n"].MissingCount.Should().Be(3);
        table["c"].MissingCount.Should().Be(3);
        Enumerable.Range(0, 5).Select(table["c"].IsMissing).Should().Equal(false, true, true, true, false);
        Enumerable.Range(0, 5).Select(table["n"].IsMissing).Should().Equal(false, true, true, false, true);
        Categories(table, "c").Categories.Should().Equal("x", "y");
    }

    [Fact]
    public void What_stands_for_a_missing_value_can_be_chosen()
    {
        CsvOptions options = new() { MissingValues = ["-999"] };

        Table table = Table.ParseCsv("n,c\n-999,NA\n1,x\n", options);

        Numbers(table, "n").Should().Equal(double.NaN, 1);
        Categories(table, "c").Categories.Should().Equal("NA", "x");
    }

    [Fact]
    public void Quoted_cells_hold_separators_quotes_and_line_ends()
    {
        Table table = Table.ParseCsv("\"a,b\",c\n\"say \"\"hi\"\"\", \"x\ny\" \n\" z \",2\n");

        table["a,b"].Text(0).Should().Be("say \"hi\"");
        table["a,b"].Text(1).Should().Be(" z ");
        table["c"].Text(0).Should().Be("x\ny");
        table.Locate(1).Should().Be("csv, line 4", "the row before it has two lines");
    }

    [Fact]
    public void Spaces_around_cells_and_names_do_not_count()
    {
        Table table = Table.ParseCsv("a , b\n 1 , x \n2,x\n");

        Numbers(table, "a").Should().Equal(1, 2);
        Categories(table, "b").Categories.Should().Equal("x");
    }

    [Fact]
    public void Empty_lines_are_skipped_and_lines_still_counted()
    {
        const string text = "\n\na,b\n\n1,2\n   \n\r\n3,x4\n";
        Table table = Table.ParseCsv("\n\na,b\n\n1,2\n   \n\r\n3,4\n\n");

        Numbers(table, "a").Should().Equal(1, 3);
        table.Locate(1).Should().Be("csv, line 8");
        Error(text, new() { Numeric = ["b"] }).Should().StartWith("csv, line 8, column \"b\": ");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_byte_order_mark_is_no_part_of_the_first_name(bool isUtf16)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("t.csv");
        File.WriteAllText(path, "größe,b\n1,2\n", isUtf16 ? Encoding.Unicode : new UTF8Encoding(true));

        Table.ReadCsv(path).Columns.Select(column => column.Name).Should().Equal("größe", "b");
    }

    [Fact]
    public void Another_encoding_is_refused_unless_it_is_named()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("t.csv");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes("größe,b\n1,2\n"));

        FluentActions.Invoking(() => Table.ReadCsv(path)).Should().Throw<InvalidDataException>()
            .WithMessage($"{path}: expected text in the encoding asked for, found bytes*Save the file as UTF-8, or set CsvOptions*");
        Table.ReadCsv(path, new() { Encoding = Encoding.Latin1 }).HasColumn("größe").Should().BeTrue();
    }

    [Fact]
    public void Types_can_be_named()
    {
        CsvOptions options = new() { Categorical = ["zip"], Numeric = ["n"], Ignored = ["id"] };

        Table table = Table.ParseCsv("id,zip,n\nq,00501,\nr,00502,\n", options);

        table.HasColumn("id").Should().BeFalse();
        Categories(table, "zip").Categories.Should().Equal("00501", "00502");
        Numbers(table, "n").Should().Equal(double.NaN, double.NaN);
    }

    [Fact]
    public void Categories_that_are_numbers_are_ordered_as_numbers() =>
        Categories(Table.ParseCsv("c\n10\n9\n-1\n9\n", new() { Categorical = ["c"] }), "c").Categories.Should().Equal("-1", "9", "10");

    [Fact]
    public void Without_a_header_columns_have_numbers()
    {
        Table table = Table.ParseCsv("1,x\n2,y\n", new() { HasHeader = false });

        table.RowCount.Should().Be(2);
        Numbers(table, "column_1").Should().Equal(1, 2);
        Categories(table, "column_2").Categories.Should().Equal("x", "y");
    }

    [Fact]
    public void A_name_may_be_empty() =>
        Table.ParseCsv(",a\n0,1\n").Columns.Select(column => column.Name).Should().Equal("column_1", "a");

    [Theory]
    [InlineData("a,b\n1,2\nx,3\n", "a", "csv, line 3, column \"a\": expected a finite number, found \"x\".")]
    [InlineData(
        "a,b\n1,2\nx,3\ny,3\n", "a",
        "csv, line 3, column \"a\": expected a finite number, found \"x\" (and 1 more cells of the column are no numbers).")]
    [InlineData("a,b\n1,2\n1e999,3\n", "a", "csv, line 3, column \"a\": expected a finite number, found \"1e999\".")]
    [InlineData("a,b\n1,2\n\"1,000\",3\n", "a", "csv, line 3, column \"a\": expected a finite number, found \"1,000\".")]
    [InlineData("a,b\n1,2\n0x10,3\n", "a", "csv, line 3, column \"a\": expected a finite number, found \"0x10\".")]
    public void A_cell_of_a_column_of_numbers_is_named(string text, string numeric, string message) =>
        Error(text, new() { Numeric = [numeric] }).Should().Be(message);

    [Fact]
    public void A_column_with_few_cells_that_are_no_numbers_is_not_taken_for_categories()
    {
        string text = "n\n" + string.Concat(Enumerable.Range(0, 20).Select(i => i == 13 ? "12x\n" : $"{i}\n"));

        Error(text).Should().Be(
            "csv, line 15, column \"n\": expected a finite number, as in 19 other rows, found \"12x\". "
            + "If the column holds categories, say so: CsvOptions.Categorical.");
        Categories(Table.ParseCsv(text, new() { Categorical = ["n"] }), "n").Categories.Should().HaveCount(20);
        Categories(Table.ParseCsv("n\n1\n2\nx\n"), "n").Categories.Should().Equal("1", "2", "x");
    }

    [Theory]
    [InlineData("", "csv: expected a line of column names, found an empty file.")]
    [InlineData("\n \n", "csv: expected a line of column names, found an empty file.")]
    [InlineData("a,b\n1\n", "csv, line 2: expected 2 cells, as in the first row, found 1. A separator may be missing*")]
    [InlineData("a,b\n1,2\n1,2,3\n", "csv, line 3: expected 2 cells, as in the first row, found 3. *")]
    [InlineData("a,b,a\n1,2,3\n", "csv, line 1: columns 1 and 3 are both named \"a\".")]
    [InlineData("1,2\n3,4\n", "csv, line 1: expected the columns' names, found only numbers. *CsvOptions.HasHeader to false.")]
    [InlineData("a,b\n1,\"x\n2,y\n", "csv, line 2, column \"b\": expected quotes around the whole cell, and doubled inside it, found *")]
    [InlineData(
        "a,b\n1,x\"y\"\n",
        "csv, line 2, column \"b\": expected quotes around the whole cell, and doubled inside it, found \"x\"y\"\".")]
    [InlineData("a,b\n1,\"x\"y\"\n", "csv, line 2, column \"b\": expected quotes *")]
    [InlineData("a,b\n1,\"x\" y\n", "csv, line 2, column \"b\": expected quotes *")]
    [InlineData("a,b\n1,x\0y\n", "csv, line 2, column \"b\": expected text, found \"x\\u0000y\", which holds a NUL*")]
    public void Malformed_text_is_named(string text, string message) =>
        FluentActions.Invoking(() => Table.ParseCsv(text)).Should().Throw<InvalidDataException>().WithMessage(message);

    [Fact]
    public void An_option_for_a_column_that_is_not_there_is_an_error()
    {
        FluentActions.Invoking(() => Table.ParseCsv("Age,b\n1,2\n", new() { Numeric = ["age"] }))
            .Should().Throw<ArgumentException>().WithMessage("csv has no column \"age\". Did you mean \"Age\"?");
        FluentActions.Invoking(() => Table.ParseCsv("a,b\n1,2\n", new() { Ignored = ["c"] }))
            .Should().Throw<ArgumentException>().WithMessage("csv has no column \"c\". Its columns are \"a\", \"b\".");
        FluentActions.Invoking(() => Table.ParseCsv("a\n1\n", new() { Numeric = ["a"], Categorical = ["a"] }))
            .Should().Throw<ArgumentException>().WithMessage("Column \"a\" is in Categorical and in Numeric.*");
        FluentActions.Invoking(() => Table.ParseCsv("a\n1\n", new() { Separator = '"' })).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_wide_file_is_read()
    {
        const int width = 20_000;
        string text = string.Join(',', Enumerable.Range(0, width).Select(i => $"f{i}")) + "\n"
            + string.Join(',', Enumerable.Range(0, width)) + "\n" + new string(',', width - 1) + "\n";

        Table table = InTime(() => Table.ParseCsv(text));

        table.Columns.Should().HaveCount(width);
        Numbers(table, "f19999").Should().Equal(19_999, double.NaN);
    }

    [Fact]
    public void Too_many_columns_are_refused()
    {
        string text = new string(',', CsvTableReader.MostColumns) + "\n";

        Error(text).Should().Be("csv, line 1: expected at most 100000 columns, found 100001.");
    }

    [Fact]
    public void A_long_file_takes_memory_in_proportion_to_its_values()
    {
        const int count = 500_000;
        using TemporaryFolder folder = new();
        string path = folder.File("long.csv");
        File.WriteAllLines(path, Enumerable.Range(0, count).Select(i => $"{i},{(i % 2 == 0 ? "even" : "odd")}").Prepend("n,c"));
        long before = GC.GetAllocatedBytesForCurrentThread();

        Table table = InTime(() => Table.ReadCsv(path));

        // 8 bytes for the number, 4 for the category, 4 for the line.
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(16 * count + (4 << 20));
        table.RowCount.Should().Be(count);
        Numbers(table, "n")[^1].Should().Be(count - 1);
        table.Locate(count - 1).Should().EndWith($"line {count + 1}");
    }

    [Fact]
    public void A_quote_that_is_never_closed_is_named_and_not_read_to_the_end_of_memory()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("open.csv");
        using (StreamWriter writer = new(path))
        {
            writer.Write("a,b\n1,\"x\n");
            string line = new string('y', 1023) + "\n";
            for (int i = 0; i < 64 << 10; i++)
                writer.Write(line);
        }

        FluentActions.Invoking(() => InTime(() => Table.ReadCsv(path)))
            .Should().Throw<InvalidDataException>().WithMessage($"{path}*quote*");
    }

    [Theory]
    [InlineData("one huge cell")]
    [InlineData("millions of separators")]
    [InlineData("millions of separators in the second line")]
    [InlineData("a huge quoted cell of quotes")]
    [InlineData("a huge name")]
    [InlineData("very many digits")]
    [InlineData("NUL bytes")]
    [InlineData("line ends only")]
    public void A_bomb_is_read_or_refused_at_once(string kind)
    {
        const int size = 8_000_000;
        using TemporaryFolder folder = new();
        string path = folder.File("bomb.csv");
        File.WriteAllText(path, kind switch
        {
            "one huge cell" => "a,b\n1," + new string('x', size),
            "millions of separators" => new string(',', size),
            "millions of separators in the second line" => "a,b\n" + new string(',', size),
            "a huge quoted cell of quotes" => "a,b\n1,\"" + new string('"', size) + "\"\n",
            "a huge name" => new string('x', size) + ",b\n1,2\n",
            "very many digits" => "a,b\n1,0." + new string('9', size),
            "NUL bytes" => "a,b\n1," + new string('\0', size),
            _ => "a,b" + new string('\n', size),
        });
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        long taken = 0;

        Exception? error = Record.Exception(() => InTime(() =>
        {
            // Of the reading thread alone: other tests run beside this one.
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                return Table.ReadCsv(path);
            }
            finally
            {
                taken = GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }));

        (error is null or InvalidDataException).Should().BeTrue("{0}", error);
        (error?.Message.Length ?? 0).Should().BeLessThan(path.Length + 500);
        System.Diagnostics.Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(3));
        // The row is in a buffer of characters and the ends of its cells in an array of ints. Both double up to the next power of two, and
        // all the arrays on the way together are as long again.
        const long longest = 1 << 24;
        taken.Should().BeLessThan(2 * (sizeof(char) + sizeof(int)) * longest);
    }

    [Theory]
    [InlineData("utf-8", new byte[] { 0xC3, 0x28 })]
    [InlineData("utf-16", new byte[] { 0x00, 0xD8, 0x31, 0x00 })]
    [InlineData("utf-16BE", new byte[] { 0xD8, 0x00, 0x00, 0x31 })]
    [InlineData("utf-32", new byte[] { 0x00, 0x00, 0x11, 0x00 })]
    public void Bytes_that_are_not_valid_are_refused_behind_a_byte_order_mark_too(string name, byte[] wrong)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("marked.csv");
        Encoding encoding = Encoding.GetEncoding(name);
        File.WriteAllBytes(path, [.. encoding.GetPreamble(), .. encoding.GetBytes("a,b\nx,y\n")]);
        foreach (Encoding asked in new[] { Encoding.UTF8, Encoding.Latin1, new UTF8Encoding(false) })
            Table.ReadCsv(path, new CsvOptions { Encoding = asked })["a"].Text(0).Should().Be("x");

        File.WriteAllBytes(path, [.. encoding.GetPreamble(), .. encoding.GetBytes("a,b\nx,"), .. wrong, .. encoding.GetBytes("\n")]);
        foreach (Encoding asked in new[] { Encoding.UTF8, Encoding.Latin1 })
        {
            FluentActions.Invoking(() => Table.ReadCsv(path, new CsvOptions { Encoding = asked })).Should()
                .Throw<InvalidDataException>().WithMessage($"{path}: *encoding*");
        }
    }

    [SkippableFact]
    public void What_is_no_regular_file_is_refused()
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no mkfifo on Windows.");
        using TemporaryFolder folder = new();
        string fifo = folder.File("fifo");
        System.Diagnostics.Process.Start("mkfifo", fifo).WaitForExit();

        Reading(fifo).Should().Throw<IOException>().WithMessage($"{fifo} is a FIFO (named pipe): expected a CSV file.");
        Reading("/dev/zero").Should().Throw<IOException>().WithMessage("/dev/zero is a device: expected a CSV file.");
        Reading(folder.Path).Should().Throw<IOException>().WithMessage($"{folder.Path} is a folder: expected a CSV file.");
        Reading(folder.File("none")).Should().Throw<FileNotFoundException>().WithMessage("*none does not exist: expected a CSV file.");
    }

    [Fact]
    public void Random_bytes_are_a_table_or_a_typed_error()
    {
        Random random = new(5);
        using TemporaryFolder folder = new();
        string path = folder.File("random.csv");
        const string alphabet = "ab,;\"\n\r1. \0é";
        for (int round = 0; round < 3_000; round++)
        {
            byte[] bytes = round % 2 == 0
                ? Encoding.UTF8.GetBytes(new string(random.GetItems<char>(alphabet, random.Next(60))))
                : RandomBytes(random, random.Next(60));
            File.WriteAllBytes(path, bytes);
            try
            {
                Table.ReadCsv(path).Columns.Should().NotBeEmpty();
            }
            catch (InvalidDataException e)
            {
                e.Message.Should().StartWith(path);
            }
        }
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static Table InTime(Func<Table> read)
    {
        Table? table = null;
        Watchdog.Run(() => table = read());
        return table!;
    }

    private static Action Reading(string path) => () => InTime(() => Table.ReadCsv(path));

    private static double[] Numbers(Table table, string name) => ((NumericColumn)table[name]).Values.ToArray();

    private static CategoricalColumn Categories(Table table, string name) => (CategoricalColumn)table[name];

    private static string Error(string text, CsvOptions? options = null) =>
        FluentActions.Invoking(() => Table.ParseCsv(text, options)).Should().Throw<InvalidDataException>().Which.Message;
}
