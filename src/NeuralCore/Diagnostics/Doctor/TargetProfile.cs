using NeuralCore.Data;

namespace NeuralCore.Diagnostics;

/// <summary>What a sample of a data set's targets shows.</summary>
internal sealed class TargetProfile
{
    // A target of soft labels may sum to 1 only roughly.
    private const double SumTolerance = 1e-3;

    private const int MostValues = 1 << 18;
    private const int FewestRows = 64;

    private TargetProfile(int rows, int width)
    {
        Rows = rows;
        Width = width;
    }

    /// <summary>How many rows were read.</summary>
    internal int Rows { get; }

    /// <summary>The number of values in a target.</summary>
    internal int Width { get; }

    /// <summary>Whether the targets are whole numbers.</summary>
    internal bool IsInteger { get; private init; }

    /// <summary>Whether the targets are class indices, one for each row.</summary>
    internal bool AreIndices => IsInteger && Width == 1;

    internal double Smallest { get; private set; } = double.PositiveInfinity;

    internal double Largest { get; private set; } = double.NegativeInfinity;

    /// <summary>Whether every value is 0 or 1.</summary>
    internal bool AreBinary { get; private set; } = true;

    /// <summary>Whether every row has two or more values from 0 to 1 that sum to 1.</summary>
    internal bool AreProbabilities { get; private set; }

    /// <summary>Whether every row has two or more values, one of them 1 and all others 0.</summary>
    internal bool AreOneHot => AreProbabilities && AreBinary;

    /// <summary>How often each class occurs: indices counted, or columns of targets summed. Empty where there are no classes.</summary>
    internal double[] ClassCounts { get; private set; } = [];

    /// <summary>Reads a sample of the targets.</summary>
    internal static TargetProfile Of<TTarget>(TargetSource<TTarget> targets)
        where TTarget : unmanaged
    {
        int[] rows = SampledRows.Of(targets.Count, Math.Clamp(MostValues / targets.Width, FewestRows, SampledRows.Most));
        TTarget[] values = new TTarget[rows.Length * targets.Width];
        targets.Gather(rows, values);
        return values switch
        {
            int[] indices => OfIndices(indices, rows.Length, targets.Width),
            float[] floats => OfFloats(floats, rows.Length, targets.Width),
            _ => new TargetProfile(rows.Length, targets.Width) { AreBinary = false },
        };
    }

    private static TargetProfile OfIndices(int[] values, int rows, int width)
    {
        TargetProfile profile = OfFloats(Array.ConvertAll(values, value => (float)value), rows, width, isInteger: true);
        if (width == 1 && profile.Smallest >= 0 && profile.Largest < 1 << 20)
        {
            profile.ClassCounts = new double[(int)profile.Largest + 1];
            foreach (int label in values)
                profile.ClassCounts[label]++;
        }
        return profile;
    }

    private static TargetProfile OfFloats(float[] values, int rows, int width, bool isInteger = false)
    {
        TargetProfile profile = new(rows, width) { IsInteger = isInteger, AreProbabilities = width > 1 };
        double[] columns = new double[width];
        for (int row = 0; row < rows; row++)
        {
            double sum = 0;
            for (int k = 0; k < width; k++)
            {
                float value = values[row * width + k];
                profile.Smallest = Math.Min(profile.Smallest, value);
                profile.Largest = Math.Max(profile.Largest, value);
                profile.AreBinary &= value is 0 or 1;
                columns[k] += value;
                sum += value;
            }
            profile.AreProbabilities &= Math.Abs(sum - 1) <= SumTolerance;
        }
        profile.AreProbabilities &= profile.Smallest >= 0 && profile.Largest <= 1;
        if (profile.AreProbabilities)
            profile.ClassCounts = columns;
        else if (width == 1 && profile.AreBinary && !isInteger)
            profile.ClassCounts = [rows - columns[0], columns[0]];
        return profile;
    }
}
