using System.Globalization;
using System.Text;

namespace NeuralCore.Metrics;

/// <summary>Precision, recall and F1 of a class or an average of classes.</summary>
/// <param name="Name">The class's name, or <c>macro avg</c>, <c>weighted avg</c>.</param>
/// <param name="Precision">The share of the rows predicted to be of the class that are of it.</param>
/// <param name="Recall">The share of the class's rows that were predicted to be of it.</param>
/// <param name="F1">The harmonic mean of both.</param>
/// <param name="Support">The class's rows; for an average, all rows.</param>
public sealed record ClassReport(string Name, double Precision, double Recall, double F1, long Support);

/// <summary>
/// Precision, recall, F1 and support of each class and on average, printed to the character as scikit-learn's
/// <c>classification_report</c>.
/// </summary>
/// <remarks>
/// As there, classes that occur neither in the targets nor in the predictions are left out, also of the averages, and a figure whose
/// denominator is 0 is 0; <see cref="Undefined"/> names them.
/// </remarks>
public sealed class ClassificationReport
{
    private const string Accurate = "accuracy";
    private const string MacroAverage = "macro avg";
    private const string WeightedAverage = "weighted avg";

    private readonly double _printedAccuracy;
    private readonly bool _hasHits;

    /// <summary>Reports on counts.</summary>
    /// <param name="matrix">The counts.</param>
    public ClassificationReport(ConfusionMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        Matrix = matrix;
        List<ClassReport> classes = [];
        List<string> undefined = [];
        for (int k = 0; k < matrix.Classes; k++)
        {
            (long predicted, long support) = (matrix.Predicted(k), matrix.Support(k));
            if (predicted == 0 && support == 0)
                continue;
            classes.Add(new ClassReport(matrix.ClassNames[k], matrix.Precision(k), matrix.Recall(k), matrix.F1(k), support));
            if (predicted == 0)
                undefined.Add($"The precision of class {matrix.ClassNames[k]} is undefined, since it is never predicted; it counts as 0.");
            if (support == 0)
                undefined.Add($"The recall of class {matrix.ClassNames[k]} is undefined, since no row is of it; it counts as 0.");
        }
        Classes = classes;
        Undefined = undefined;
        Macro = Average(MacroAverage, _ => 1);
        Weighted = Average(WeightedAverage, report => report.Support);
        long hits = Enumerable.Range(0, matrix.Classes).Sum(k => matrix[k, k]);
        // scikit-learn prints the F1 of all counts together, which rounding can put an ulp beside their ratio.
        _hasHits = hits > 0;
        _printedAccuracy = ClassFigures.F1(hits, matrix.Total, matrix.Total);
    }

    /// <summary>The counts.</summary>
    public ConfusionMatrix Matrix { get; }

    /// <summary>The classes that occur.</summary>
    public IReadOnlyList<ClassReport> Classes { get; }

    /// <summary>The share of rows that are right.</summary>
    public double Accuracy => Matrix.Accuracy;

    /// <summary>The mean over the classes.</summary>
    public ClassReport Macro { get; }

    /// <summary>The mean over the classes, weighted by their rows.</summary>
    public ClassReport Weighted { get; }

    /// <summary>A sentence for each figure that is undefined and counts as 0.</summary>
    public IReadOnlyList<string> Undefined { get; }

    /// <summary>Reports on predicted classes.</summary>
    /// <inheritdoc cref="ConfusionMatrix.Of(ReadOnlySpan{int}, ReadOnlySpan{int}, IReadOnlyList{string})"/>
    public static ClassificationReport Of(
        ReadOnlySpan<int> targets, ReadOnlySpan<int> predicted, IReadOnlyList<string>? classNames = null) =>
        new(ConfusionMatrix.Of(targets, predicted, classNames));

    /// <summary>Reports on predictions.</summary>
    /// <inheritdoc cref="ConfusionMatrix.Of(ReadOnlySpan{int}, ReadOnlySpan{float}, IReadOnlyList{string}, double)"/>
    public static ClassificationReport Of(
        ReadOnlySpan<int> targets, ReadOnlySpan<float> predictions, IReadOnlyList<string>? classNames = null, double threshold = 0.5) =>
        new(ConfusionMatrix.Of(targets, predictions, classNames, threshold));

    /// <summary>The report with two digits after the point. Lines end with a line feed.</summary>
    public override string ToString() => ToString(2);

    /// <summary>The report. Lines end with a line feed.</summary>
    /// <param name="digits">The number of digits after the point, from 0 to 15.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public string ToString(int digits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(digits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, 15);
        int side = Math.Max(Math.Max(Classes.Max(report => report.Name.Length), WeightedAverage.Length), digits);
        StringBuilder text = new();
        AppendRow(text, side, "", "precision", "recall", "f1-score", "support");
        text.Append('\n');
        foreach (ClassReport report in Classes)
            Append(text, side, report, digits);
        text.Append('\n');
        AppendRow(text, side, Accurate, "", "", FixedDigits.Print(_printedAccuracy, digits), Print(Matrix.Total));
        Append(text, side, Macro, digits);
        Append(text, side, Weighted, digits);
        return text.ToString();
    }

    // Where no row is right, scikit-learn prints support as a float.
    private string Print(long support) => string.Create(CultureInfo.InvariantCulture, $"{support}{(_hasHits ? "" : ".0")}");

    private void Append(StringBuilder text, int side, ClassReport report, int digits) => AppendRow(
        text, side, report.Name, FixedDigits.Print(report.Precision, digits), FixedDigits.Print(report.Recall, digits),
        FixedDigits.Print(report.F1, digits), Print(report.Support));

    private static void AppendRow(StringBuilder text, int side, string name, params ReadOnlySpan<string> cells)
    {
        text.Append(name.PadLeft(side)).Append(' ');
        foreach (string cell in cells)
            text.Append(' ').Append(cell.PadLeft(9));
        text.Append('\n');
    }

    private ClassReport Average(string name, Func<ClassReport, double> weight)
    {
        double weights = Classes.Sum(weight);
        double Mean(Func<ClassReport, double> figure) => Classes.Sum(report => figure(report) * weight(report)) / weights;
        return new ClassReport(
            name, Mean(report => report.Precision), Mean(report => report.Recall), Mean(report => report.F1), Matrix.Total);
    }
}
