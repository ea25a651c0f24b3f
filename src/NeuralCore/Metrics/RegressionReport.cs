using System.Globalization;

namespace NeuralCore.Metrics;

/// <summary>The usual figures of a regression, as <see cref="R2Score"/> and the errors define them.</summary>
/// <param name="R2">The coefficient of determination.</param>
/// <param name="RootMeanSquaredError">The root of the mean squared error.</param>
/// <param name="MeanAbsoluteError">The mean absolute error.</param>
/// <param name="Rows">The number of rows.</param>
public sealed record RegressionReport(double R2, double RootMeanSquaredError, double MeanAbsoluteError, int Rows)
{
    /// <summary>Reports on predictions.</summary>
    /// <param name="targets">The targets, row-major: [rows, outputs].</param>
    /// <param name="predictions">The predictions, row-major: [rows, outputs].</param>
    /// <param name="outputs">The number of values in a prediction.</param>
    /// <exception cref="ArgumentException">There are no rows, or the lengths do not match.</exception>
    public static RegressionReport Of(ReadOnlySpan<float> targets, ReadOnlySpan<float> predictions, int outputs = 1) => new(
        new R2Score().Compute(targets, predictions, outputs),
        new RootMeanSquaredError().Compute(targets, predictions, outputs),
        new MeanAbsoluteErrorMetric().Compute(targets, predictions, outputs),
        predictions.Length / outputs);

    /// <summary>The figures in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"R² {R2:G4}, RMSE {RootMeanSquaredError:G4}, MAE {MeanAbsoluteError:G4} over {Rows} rows");
}
