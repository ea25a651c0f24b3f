using NeuralCore.Tabular;

namespace NeuralCore.Samples.Tabular.Commands;

/// <summary>Whether a column holds classes or numbers.</summary>
internal static class TaskChoice
{
    // With more distinct numbers, a column is one of numbers rather than of classes.
    private const int MostNumberedClasses = 20;

    /// <summary>
    /// As asked for; or, for <c>auto</c>, classes if the values are texts or few whole numbers, each of them in several rows.
    /// </summary>
    internal static bool IsClassification(Column label, string task) => task switch
    {
        "classify" => true,
        "regress" => false,
        _ => label is not NumericColumn numbers || AreClasses(numbers),
    };

    private static bool AreClasses(NumericColumn numbers)
    {
        double[] values = numbers.Values.ToArray().Where(value => !double.IsNaN(value)).ToArray();
        int distinct = values.Distinct().Count();
        return distinct <= MostNumberedClasses && distinct <= values.Length / 3 && Array.TrueForAll(values, double.IsInteger);
    }
}
