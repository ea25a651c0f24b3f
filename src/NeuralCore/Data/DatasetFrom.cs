using System.Runtime.CompilerServices;

namespace NeuralCore.Data;

// Data sets from arrays and records. Arrays of rows become features by FeatureSource's conversions, so each kind of target needs one
// method, whatever holds the inputs.
public static partial class Dataset
{
    /// <summary>Rows with class indices.</summary>
    /// <param name="features">
    /// The inputs: any source, or rows as <c>float[,]</c>, <c>double[,]</c>, <c>float[][]</c> or <c>double[][]</c>, which are copied.
    /// </param>
    /// <param name="labels">The class of every input, not negative; copied.</param>
    /// <exception cref="ArgumentException">
    /// The counts differ, there are no samples, or a label is negative; rows differ in length or a value exceeds a float's range (the
    /// message names the row).
    /// </exception>
    public static Dataset<int> From(FeatureSource features, int[] labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new(features, new ClassLabels(labels));
    }

    /// <summary>Rows with one regression value each.</summary>
    /// <param name="features"><inheritdoc cref="From(FeatureSource, int[])" path="/param[@name='features']"/></param>
    /// <param name="targets">One value for each input, used in place.</param>
    /// <exception cref="ArgumentException">
    /// The counts differ or there are no samples; rows differ in length or a value exceeds a float's range (the message names the row).
    /// </exception>
    public static Dataset<float> From(FeatureSource features, float[] targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return new(features, new ArrayTargets(targets, width: 1));
    }

    /// <summary>Rows with one regression value each, rounded to floats.</summary>
    /// <inheritdoc cref="From(FeatureSource, float[])"/>
    public static Dataset<float> From(FeatureSource features, double[] targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return new(features, ArrayRows.Targets(targets));
    }

    /// <summary>Rows with rows of targets: regression values or one-hot rows.</summary>
    /// <param name="features"><inheritdoc cref="From(FeatureSource, int[])" path="/param[@name='features']"/></param>
    /// <param name="targets">One row for each input; copied.</param>
    /// <inheritdoc cref="From(FeatureSource, float[])"/>
    public static Dataset<float> From(FeatureSource features, float[,] targets) => new(features, ArrayRows.Targets(targets));

    /// <summary>Rows with rows of targets, rounded to floats: regression values or one-hot rows.</summary>
    /// <inheritdoc cref="From(FeatureSource, float[,])"/>
    public static Dataset<float> From(FeatureSource features, double[,] targets) => new(features, ArrayRows.Targets(targets));

    /// <summary>Floats with one regression value each.</summary>
    /// <param name="features">All inputs, row-major, used in place.</param>
    /// <param name="shape">The shape of one input.</param>
    /// <param name="targets">One value for each input, used in place.</param>
    /// <exception cref="ArgumentException">The counts differ or there are no samples.</exception>
    public static Dataset<float> From(float[] features, Shape shape, float[] targets) => From(features, shape, targets, targetWidth: 1);

    /// <summary>Doubles, rounded to floats, with class indices.</summary>
    /// <param name="features">All inputs, row-major.</param>
    /// <param name="shape">The shape of one input.</param>
    /// <param name="labels">The class of every input, not negative; copied.</param>
    /// <exception cref="ArgumentException">
    /// The counts differ, there are no samples, a label is negative, or a value exceeds a float's range.
    /// </exception>
    public static Dataset<int> From(double[] features, Shape shape, int[] labels) => From(Rounded(features, shape), labels);

    /// <summary>Doubles, rounded to floats, with one regression value each.</summary>
    /// <param name="features">All inputs, row-major.</param>
    /// <param name="shape">The shape of one input.</param>
    /// <param name="targets">One value for each input.</param>
    /// <exception cref="ArgumentException">The counts differ, there are no samples, or a value exceeds a float's range.</exception>
    public static Dataset<float> From(double[] features, Shape shape, double[] targets) => From(Rounded(features, shape), targets);

    /// <summary>Byte images with one regression value each; the bytes stay bytes.</summary>
    /// <param name="images">All images, one after the other, used in place.</param>
    /// <param name="shape">The shape of one image.</param>
    /// <param name="targets">One value for each image, used in place.</param>
    /// <exception cref="ArgumentException">The counts differ or there are no samples.</exception>
    public static Dataset<float> From(byte[] images, Shape shape, float[] targets) => From(images, shape, targets, targetWidth: 1);

    /// <summary>Records with class indices: <c>Dataset.From(people, p => [p.Age, p.Income], p => p.Class)</c>.</summary>
    /// <typeparam name="TRow">The type of a record.</typeparam>
    /// <param name="rows">The records; read once.</param>
    /// <param name="features">The values of a record, as many for each.</param>
    /// <param name="label">The class of a record, not negative.</param>
    /// <exception cref="ArgumentException">
    /// There are no records, they differ in their number of values, or a label is negative; the message names the row.
    /// </exception>
    [OverloadResolutionPriority(1)]
    public static Dataset<int> From<TRow>(IEnumerable<TRow> rows, Func<TRow, float[]> features, Func<TRow, int> label)
    {
        (float[][] values, int[] labels) = Select(rows, features, label);
        return From(values, labels);
    }

    /// <inheritdoc cref="From{TRow}(IEnumerable{TRow}, Func{TRow, float[]}, Func{TRow, int})"/>
    public static Dataset<int> From<TRow>(IEnumerable<TRow> rows, Func<TRow, double[]> features, Func<TRow, int> label)
    {
        (double[][] values, int[] labels) = Select(rows, features, label);
        return From(values, labels);
    }

    /// <summary>Records with one regression value each: <c>Dataset.From(houses, h => [h.Area, h.Rooms], h => h.Price)</c>.</summary>
    /// <typeparam name="TRow">The type of a record.</typeparam>
    /// <param name="rows">The records; read once.</param>
    /// <param name="features">The values of a record, as many for each.</param>
    /// <param name="target">The regression value of a record; rounded to a float.</param>
    /// <exception cref="ArgumentException">
    /// There are no records, they differ in their number of values, or a value exceeds a float's range; the message names the row.
    /// </exception>
    [OverloadResolutionPriority(1)]
    public static Dataset<float> From<TRow>(IEnumerable<TRow> rows, Func<TRow, float[]> features, Func<TRow, double> target)
    {
        (float[][] values, double[] targets) = Select(rows, features, target);
        return From(values, targets);
    }

    /// <inheritdoc cref="From{TRow}(IEnumerable{TRow}, Func{TRow, float[]}, Func{TRow, double})"/>
    public static Dataset<float> From<TRow>(IEnumerable<TRow> rows, Func<TRow, double[]> features, Func<TRow, double> target)
    {
        (double[][] values, double[] targets) = Select(rows, features, target);
        return From(values, targets);
    }

    private static ArrayFeatures Rounded(double[] features, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(shape);
        return new ArrayFeatures(ArrayRows.ToFloats(features, shape.Size), shape);
    }

    private static (TValues[] Values, TTarget[] Targets) Select<TRow, TValues, TTarget>(
        IEnumerable<TRow> rows, Func<TRow, TValues> features, Func<TRow, TTarget> target)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(target);
        List<TValues> values = [];
        List<TTarget> targets = [];
        foreach (TRow row in rows)
        {
            values.Add(features(row));
            targets.Add(target(row));
        }
        return (values.ToArray(), targets.ToArray());
    }
}
