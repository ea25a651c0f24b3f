namespace NeuralCore.Tabular;

/// <summary>One column while a file is read: counts in the first pass, values in the second.</summary>
internal sealed class ColumnReader
{
    // A column that is not all numbers, but has at least this share of them, has bad cells; with fewer it is one of categories.
    private const double MostlyNumbers = 0.9;

    private readonly bool _isAskedNumeric;
    private readonly bool _isAskedCategorical;
    private long _numbers;
    private long _others;
    private string _firstOther = "";
    private int _firstOtherLine;
    private bool _isNumeric;
    private double[] _values = [];
    private int[] _codes = [];
    private CategoryCoder? _coder;

    internal ColumnReader(string name, int index, CsvOptions options)
    {
        Name = name;
        Index = index;
        _isAskedNumeric = options.Numeric.Contains(name);
        _isAskedCategorical = options.Categorical.Contains(name);
    }

    internal string Name { get; }

    /// <summary>The column's place in the file.</summary>
    internal int Index { get; }

    /// <summary>First pass: a cell that is not missing.</summary>
    internal void See(ReadOnlySpan<char> text, int line)
    {
        if (_isAskedCategorical)
            return;
        if (Cell.TryParse(text, out _))
        {
            _numbers++;
            return;
        }
        if (_others++ > 0)
            return;
        _firstOther = Cell.Show(text);
        _firstOtherLine = line;
    }

    /// <summary>Decides the type; an empty column is one of numbers.</summary>
    /// <exception cref="InvalidDataException">Some cells of a column of numbers are none.</exception>
    internal void Decide(CsvRows rows)
    {
        _isNumeric = !_isAskedCategorical && _others == 0;
        bool isBad = _isAskedNumeric || _numbers >= MostlyNumbers * (_numbers + _others);
        if (_isAskedCategorical || _others == 0 || !isBad)
            return;
        string more = _others == 1 ? "" : $" (and {_others - 1} more cells of the column are no numbers)";
        string hint = _isAskedNumeric ? "" : ". If the column holds categories, say so: CsvOptions.Categorical";
        string expected = _isAskedNumeric ? "a finite number" : $"a finite number, as in {_numbers} other rows";
        throw rows.Invalid(Index, expected, $"{_firstOther}{more}{hint}", _firstOtherLine);
    }

    internal void Begin(int count)
    {
        if (_isNumeric)
            _values = GC.AllocateUninitializedArray<double>(count);
        else
            (_codes, _coder) = (GC.AllocateUninitializedArray<int>(count), new CategoryCoder());
    }

    /// <summary>Second pass: a cell.</summary>
    internal void Set(int row, ReadOnlySpan<char> text, bool isMissing, CsvRows rows)
    {
        if (_coder is not null)
        {
            _codes[row] = isMissing ? CategoricalColumn.MissingCode : _coder.Add(text);
            return;
        }
        double value = double.NaN;
        if (!isMissing && !Cell.TryParse(text, out value))
            throw rows.Invalid(Index, "the number that was there before", Cell.Show(text));
        _values[row] = value;
    }

    internal Column Finish() => _coder is null
        ? new NumericColumn(Name, _values)
        : new CategoricalColumn(Name, _coder.Order(_codes), _codes);
}
