using NeuralCore.Randomness;

namespace NeuralCore.Data;

/// <summary>
/// How samples are set aside for validation or a test, in a fit or by <see cref="Dataset{TTarget}.Split"/>.
/// Each sample is in exactly one of the two parts; each part keeps the data's order. The choice
/// depends only on the data and the seed.
/// </summary>
public abstract class Split
{
    private protected Split(double fraction)
    {
        if (!(fraction > 0 && fraction < 1))
            throw new ArgumentOutOfRangeException(
                nameof(fraction), fraction, $"The validation fraction lies between 0 and 1, both excluded; got {fraction}.");
        Fraction = fraction;
    }

    /// <summary>The share of the samples that is set aside for validation, between 0 and 1.</summary>
    public double Fraction { get; }

    /// <summary>
    /// Samples chosen at random within each class, so that both parts have the same class proportions to within one sample. Every class
    /// keeps a training sample; if that leaves too few to choose from, the validation part is smaller than asked.
    /// </summary>
    /// <param name="fraction">The share for validation, between 0 and 1, both excluded.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is out of range.</exception>
    public static Split Stratified(double fraction) => new StratifiedSplit(fraction);

    /// <summary>Samples chosen at random from all samples.</summary>
    /// <param name="fraction">The share for validation, between 0 and 1, both excluded.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is out of range.</exception>
    public static Split Shuffled(double fraction) => new ShuffledSplit(fraction);

    /// <summary>The last samples, for data in order of time.</summary>
    /// <param name="fraction">The share for validation, between 0 and 1, both excluded.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is out of range.</exception>
    public static Split Tail(double fraction) => new TailSplit(fraction);

    /// <summary>The split as written in code: <c>Split.Tail(0.1)</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"Split.{GetType().Name[..^nameof(Split).Length]}({Fraction})");

    /// <summary>Divides the rows 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="count">The number of samples.</param>
    /// <param name="classOf">The class of a row; called only by the stratified split.</param>
    /// <param name="shuffle">Shuffles rows by the seed's random stream; not called by the tail split.</param>
    /// <returns>The rows of both parts, each ascending.</returns>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    internal (int[] Training, int[] Validation) Apply(int count, Func<int, int> classOf, Action<Span<int>> shuffle)
    {
        int wanted = (int)Math.Round(count * Fraction, MidpointRounding.AwayFromZero);
        if (wanted == 0 || wanted >= count)
            throw EmptyPart(count, wanted == 0 ? "validation" : "training");

        bool[] isValidation = new bool[count];
        Choose(wanted, isValidation, classOf, shuffle);
        int[] validation = Rows(isValidation, true);
        if (validation.Length == 0)
            throw EmptyPart(count, "validation");
        return (Rows(isValidation, false), validation);
    }

    /// <summary>Divides a data set; both parts share its values.</summary>
    /// <param name="dataset">The samples.</param>
    /// <param name="seed">Determines the choice.</param>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    /// <exception cref="NotSupportedException">The split is stratified and the targets have no classes.</exception>
    internal (Dataset<TTarget> Training, Dataset<TTarget> Validation) Apply<TTarget>(Dataset<TTarget> dataset, long seed)
        where TTarget : unmanaged
    {
        RandomStream stream = RandomStream.Derive((ulong)seed, RandomPurpose.Split);
        (int[] training, int[] validation) = Apply(dataset.Count, dataset.Targets.ClassOf, rows => stream.Shuffle(rows, 0));
        return (dataset.Subset(training), dataset.Subset(validation));
    }

    private protected abstract void Choose(int wanted, bool[] isValidation, Func<int, int> classOf, Action<Span<int>> shuffle);

    private static int[] Rows(bool[] isValidation, bool which)
    {
        List<int> rows = [];
        for (int row = 0; row < isValidation.Length; row++)
        {
            if (isValidation[row] == which)
                rows.Add(row);
        }
        return rows.ToArray();
    }

    private static int[] ShuffledRows(int count, Action<Span<int>> shuffle)
    {
        int[] order = Dataset.FirstRows(count);
        shuffle(order);
        return order;
    }

    private ArgumentException EmptyPart(int count, string part) =>
        new(
            $"{this} of {count} sample{(count == 1 ? "" : "s")} leaves the {part} part empty. "
            + "Use another fraction, more samples, or no validation split.");

    private sealed class TailSplit(double fraction) : Split(fraction)
    {
        private protected override void Choose(int wanted, bool[] isValidation, Func<int, int> classOf, Action<Span<int>> shuffle) =>
            isValidation.AsSpan(isValidation.Length - wanted).Fill(true);
    }

    private sealed class ShuffledSplit(double fraction) : Split(fraction)
    {
        private protected override void Choose(int wanted, bool[] isValidation, Func<int, int> classOf, Action<Span<int>> shuffle)
        {
            foreach (int row in ShuffledRows(isValidation.Length, shuffle).AsSpan(0, wanted))
                isValidation[row] = true;
        }
    }

    private sealed class StratifiedSplit(double fraction) : Split(fraction)
    {
        private protected override void Choose(int wanted, bool[] isValidation, Func<int, int> classOf, Action<Span<int>> shuffle)
        {
            SortedDictionary<int, int> sizes = [];
            int[] classes = new int[isValidation.Length];
            for (int row = 0; row < classes.Length; row++)
            {
                classes[row] = classOf(row);
                sizes[classes[row]] = sizes.GetValueOrDefault(classes[row]) + 1;
            }

            Dictionary<int, int> quotas = Quotas(sizes, wanted);
            foreach (int row in ShuffledRows(classes.Length, shuffle))
            {
                if (quotas[classes[row]] > 0)
                {
                    quotas[classes[row]]--;
                    isValidation[row] = true;
                }
            }
        }

        // The largest remainder method: rounded-down quotas first, then one more for the classes with the largest remainders, the lower
        // class first among equals. A quota never takes a whole class.
        private Dictionary<int, int> Quotas(SortedDictionary<int, int> sizes, int wanted)
        {
            Dictionary<int, int> quotas = [];
            foreach ((int label, int size) in sizes)
                quotas[label] = (int)(size * Fraction);
            int missing = wanted - quotas.Values.Sum();
            var byRemainder = sizes.OrderByDescending(pair => pair.Value * Fraction - quotas[pair.Key]).ThenBy(pair => pair.Key);
            foreach ((int label, int size) in byRemainder)
            {
                if (missing <= 0)
                    break;
                if (quotas[label] + 1 < size)
                {
                    quotas[label]++;
                    missing--;
                }
            }
            return quotas;
        }
    }
}
