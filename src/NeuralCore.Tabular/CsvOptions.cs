using System.Text;

namespace NeuralCore.Tabular;

/// <summary>How a CSV file is read. All have defaults.</summary>
public sealed record CsvOptions
{
    /// <summary>
    /// The cells that stand for a missing value, unless <see cref="MissingValues"/> says otherwise: empty ones, those that pandas
    /// recognizes, and <c>?</c>, which data sets of the UCI repository use.
    /// </summary>
    public static IReadOnlyList<string> DefaultMissingValues { get; } =
    [
        "", "?", "NA", "N/A", "n/a", "<NA>", "#N/A", "#NA", "#N/A N/A", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None",
        "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN",
    ];

    /// <summary>
    /// The character between two cells. Null, the default, takes the one that the first line has most of: comma, semicolon, tab or vertical
    /// bar.
    /// </summary>
    public char? Separator { get; init; }

    /// <summary>
    /// Whether the first line holds the columns' names. Otherwise they are <c>column_1</c>, <c>column_2</c> and so on.
    /// </summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Columns to read as categories even if all of their cells are numbers.</summary>
    public IReadOnlyCollection<string> Categorical { get; init; } = [];

    /// <summary>Columns to read as numbers: a cell that is none is an error.</summary>
    public IReadOnlyCollection<string> Numeric { get; init; } = [];

    /// <summary>Columns to leave out.</summary>
    public IReadOnlyCollection<string> Ignored { get; init; } = [];

    /// <summary>The cells that stand for a missing value, without spaces around them or quotes.</summary>
    public IReadOnlyCollection<string> MissingValues { get; init; } = DefaultMissingValues;

    /// <summary>The encoding of a file without a byte order mark; UTF-8 by default.</summary>
    public Encoding Encoding { get; init; } = Encoding.UTF8;

    /// <summary>Whether a name that is not in the file is no error.</summary>
    internal bool AllowsUnknownNames { get; init; }

    internal void Check()
    {
        if (Separator is '"' or '\r' or '\n' or '.' or '-' or ' ')
            throw new ArgumentException($"{Cell.Show([Separator.Value])} cannot separate cells.", nameof(Separator));
        foreach (string name in Categorical.Intersect(Numeric, StringComparer.Ordinal))
            throw new ArgumentException($"Column \"{name}\" is in {nameof(Categorical)} and in {nameof(Numeric)}.", nameof(Numeric));
    }
}
