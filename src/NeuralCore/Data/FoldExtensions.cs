using NeuralCore.Randomness;

namespace NeuralCore.Data;

/// <summary>k-fold cross-validation: every sample is in the test part of exactly one fold.</summary>
public static class FoldExtensions
{
    /// <summary>Divides the samples at random into folds whose sizes differ by at most one.</summary>
    /// <typeparam name="TTarget">The type of a target value.</typeparam>
    /// <param name="data">The samples.</param>
    /// <param name="count">How many folds, from 2 to the number of samples.</param>
    /// <param name="seed">Determines the choice.</param>
    /// <returns>For each fold, the other samples to train on and its own to test on; each part keeps the data's order.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is out of range.</exception>
    /// <remarks>scikit-learn's <c>KFold(count, shuffle=True)</c>.</remarks>
    public static IReadOnlyList<(Dataset<TTarget> Train, Dataset<TTarget> Test)> Folds<TTarget>(
        this Dataset<TTarget> data, int count, long seed = 0)
        where TTarget : unmanaged => Divide(data, count, seed, _ => 0);

    /// <summary>
    /// Divides the samples of each class at random, so that a class has the same number of samples in every fold to within one, and the
    /// folds' sizes differ by at most one.
    /// </summary>
    /// <exception cref="NotSupportedException">The targets have no classes.</exception>
    /// <exception cref="ArgumentException">Every class has fewer samples than there are folds.</exception>
    /// <remarks>As scikit-learn's <c>StratifiedKFold(count, shuffle=True)</c>.</remarks>
    /// <inheritdoc cref="Folds{TTarget}(Dataset{TTarget}, int, long)"/>
    public static IReadOnlyList<(Dataset<TTarget> Train, Dataset<TTarget> Test)> StratifiedFolds<TTarget>(
        this Dataset<TTarget> data, int count, long seed = 0)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        return Divide(data, count, seed, data.Targets.ClassOf);
    }

    private static (Dataset<TTarget> Train, Dataset<TTarget> Test)[] Divide<TTarget>(
        Dataset<TTarget> data, int count, long seed, Func<int, int> classOf)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        if (count < 2 || count > data.Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), count, $"Expected 2 to {data.Count} folds of {data.Count} samples, got {count}.");
        }
        int[] order = Dataset.FirstRows(data.Count);
        RandomStream.Derive((ulong)seed, "folds").Shuffle(order, epoch: 0);
        IGrouping<int, int>[] classes = order.GroupBy(classOf).OrderBy(group => group.Key).ToArray();
        if (classes.Max(group => group.Count()) < count)
        {
            throw new ArgumentException(
                $"Every class has fewer samples than {count}, the number of folds. Use fewer folds, or {nameof(Folds)}.", nameof(count));
        }

        // Class after class, and each sample to the next fold: both the class and all samples are dealt out evenly.
        int[] foldOf = new int[data.Count];
        int next = 0;
        foreach (int row in classes.SelectMany(group => group))
            foldOf[row] = next++ % count;
        return Enumerable.Range(0, count).Select(fold => (
            data.Subset(order.Where(row => foldOf[row] != fold).Order().ToArray()),
            data.Subset(order.Where(row => foldOf[row] == fold).Order().ToArray()))).ToArray();
    }
}
