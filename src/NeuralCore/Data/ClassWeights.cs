namespace NeuralCore.Data;

/// <summary>Weights of classes, for <c>FitOptions.ClassWeights</c>.</summary>
public static class ClassWeights
{
    /// <summary>
    /// Weights with which every class counts the same in total: <c>n / (k n_c)</c> for a class with n_c of the n samples, k being the
    /// number of classes.
    /// </summary>
    /// <remarks>
    /// As scikit-learn's <c>class_weight="balanced"</c>, after G. King and L. Zeng, "Logistic Regression in Rare Events Data", 2001.
    /// </remarks>
    /// <param name="labels">The class of every sample, not negative; each class up to the highest needs a sample.</param>
    /// <returns>One weight for each class.</returns>
    /// <exception cref="ArgumentException">There are no labels, a label is negative, or a class has no sample.</exception>
    public static float[] Balanced(ReadOnlySpan<int> labels)
    {
        if (labels.IsEmpty)
            throw new ArgumentException("Class weights need at least one label.", nameof(labels));
        int[] counts = new int[OneHot.CheckLabels(labels, null)];
        foreach (int label in labels)
            counts[label]++;
        int empty = Array.IndexOf(counts, 0);
        if (empty >= 0)
        {
            throw new ArgumentException(
                $"Class {empty} has no sample among {labels.Length} labels of {counts.Length} classes, so no weight balances it. "
                + "Number the classes without gaps.", nameof(labels));
        }
        int rows = labels.Length;
        return Array.ConvertAll(counts, count => (float)(rows / ((double)counts.Length * count)));
    }

    /// <summary>The same for the classes of a data set's targets: class indices or one-hot rows.</summary>
    /// <typeparam name="TTarget">The type of a target value.</typeparam>
    /// <param name="dataset">The samples; weights of its own do not matter.</param>
    /// <returns>One weight for each class.</returns>
    /// <exception cref="ArgumentException">A class has no sample, or the targets have no classes.</exception>
    public static float[] Balanced<TTarget>(Dataset<TTarget> dataset)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return Balanced(ClassesOf(dataset));
    }

    /// <summary>Throws unless there is a valid weight for each class.</summary>
    internal static void Check<TTarget>(IReadOnlyList<float> weights, Dataset<TTarget> dataset, int classes)
        where TTarget : unmanaged
    {
        if (weights.Count != classes)
        {
            throw new ArgumentException(
                $"There are {weights.Count} class weights, but the network tells {classes} classes apart: each class needs one. "
                + "Weights of samples go into the data set: dataset.WithWeights(...).", nameof(weights));
        }
        RowChecks.CheckWeights(weights.ToArray(), "class");
        int[] labels = ClassesOf(dataset);
        int outside = Array.FindIndex(labels, label => (uint)label >= (uint)classes);
        if (outside >= 0)
            throw new ArgumentException(
                $"Row {outside} is of class {labels[outside]}, but there are {classes} class weights: classes 0 to {classes - 1}.",
                nameof(weights));
    }

    /// <summary>The data set with each sample's weight multiplied by that of its class.</summary>
    internal static Dataset<TTarget> Apply<TTarget>(IReadOnlyList<float> weights, Dataset<TTarget> dataset)
        where TTarget : unmanaged
    {
        float[] product = Array.ConvertAll(ClassesOf(dataset), label => weights[label]);
        for (int row = 0; row < dataset.Weights.Length; row++)
            product[row] *= dataset.Weights[row];
        return dataset.WithWeights(product);
    }

    private static int[] ClassesOf<TTarget>(Dataset<TTarget> dataset)
        where TTarget : unmanaged
    {
        int[] labels = new int[dataset.Count];
        try
        {
            for (int row = 0; row < labels.Length; row++)
                labels[row] = dataset.Targets.ClassOf(row);
        }
        catch (NotSupportedException exception)
        {
            throw new ArgumentException(
                $"Class weights need the class of each sample, which {dataset.Targets} does not give. "
                + "Weights of samples go into the data set: dataset.WithWeights(...).", nameof(dataset), exception);
        }
        return labels;
    }
}
