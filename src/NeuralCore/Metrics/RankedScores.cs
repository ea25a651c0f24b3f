namespace NeuralCore.Metrics;

/// <summary>
/// Rows ranked by their score for one class against the rest, as groups of equal scores: what the areas under curves are made of.
/// </summary>
internal sealed class RankedScores
{
    private readonly double[] _scores;
    private readonly bool[] _isPositive;

    /// <summary>Makes room for rows.</summary>
    internal RankedScores(int rows)
    {
        _scores = new double[rows];
        _isPositive = new bool[rows];
    }

    /// <summary>The rows of the class.</summary>
    internal int Positives { get; private set; }

    /// <summary>The other rows.</summary>
    internal int Negatives => _scores.Length - Positives;

    /// <summary>Ranks rows.</summary>
    /// <param name="state">[rows, width], each row the target's class and then scores.</param>
    /// <param name="column">Which value of a row is the score.</param>
    /// <param name="positive">The class.</param>
    /// <returns>Whether there is a ranking: no score is NaN.</returns>
    internal bool Rank(ReadOnlySpan<double> state, int column, int positive)
    {
        int width = state.Length / _scores.Length;
        Positives = 0;
        bool hasNaN = false;
        for (int row = 0; row < _scores.Length; row++)
        {
            _scores[row] = state[row * width + column];
            _isPositive[row] = (int)state[row * width] == positive;
            Positives += _isPositive[row] ? 1 : 0;
            hasNaN |= double.IsNaN(_scores[row]);
        }
        // The order among equals does not matter: they are counted as one group.
        Array.Sort(_scores, _isPositive);
        return !hasNaN;
    }

    /// <summary>The share of pairs of a positive and a negative row that are ranked right; a tie is half right.</summary>
    internal double Area()
    {
        // Twice the count: whole numbers, exact in a double.
        double twice = 0;
        double above = 0;
        for (int end = _scores.Length; end > 0;)
        {
            (int start, int positives) = Group(end);
            int negatives = end - start - positives;
            // From the top: the positives above these negatives.
            twice += negatives * (2 * above + positives);
            above += positives;
            end = start;
        }
        return twice / (2.0 * Positives * Negatives);
    }

    /// <summary>Σ (R_n - R_(n-1)) P_n over the scores as thresholds, from the highest down.</summary>
    internal double AveragePrecision()
    {
        double sum = 0;
        double truePositives = 0;
        for (int end = _scores.Length; end > 0;)
        {
            (int start, int positives) = Group(end);
            truePositives += positives;
            sum += (double)positives / Positives * (truePositives / (_scores.Length - start));
            end = start;
        }
        return sum;
    }

    // The group of equal scores that ends before a row.
    private (int Start, int Positives) Group(int end)
    {
        int start = end;
        int positives = 0;
        do
        {
            start--;
            positives += _isPositive[start] ? 1 : 0;
        }
        while (start > 0 && _scores[start - 1] == _scores[end - 1]);
        return (start, positives);
    }
}
