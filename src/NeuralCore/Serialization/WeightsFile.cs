using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Numerics;

namespace NeuralCore.Serialization;

/// <summary>Options of loading weights.</summary>
public sealed record LoadWeightsOptions
{
    /// <summary>
    /// Whether every weight must be in the file with its shape, and nothing else. Otherwise the matching weights are loaded and the rest is
    /// reported.
    /// </summary>
    public bool Strict { get; init; } = true;

    /// <summary>
    /// Maps a weight's name in the model to its name in the file: <c>name => name.Replace("dense.kernel", "fc1.weight")</c>. Null for the
    /// same name.
    /// </summary>
    public Func<string, string>? NameInFile { get; init; }

    /// <summary>
    /// Whether the file stores matrices as [units, inputs], like PyTorch's Linear, where this library has [inputs, units]. This is never
    /// inferred: without it, such a matrix has the wrong shape, and a square one is read untransposed.
    /// </summary>
    public bool TransposedKernels { get; init; }
}

/// <summary>A weight whose array in the file has a different type or shape.</summary>
/// <param name="Name">The weight's name in the model.</param>
/// <param name="Expected">Its type and shape in the model.</param>
/// <param name="Found">The type and shape in the file.</param>
public readonly record struct WeightMismatch(string Name, string Expected, string Found);

/// <summary>The result of loading weights.</summary>
public sealed class WeightsReport
{
    internal WeightsReport(
        string path, IReadOnlyList<string> loaded, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected,
        IReadOnlyList<WeightMismatch> mismatched)
    {
        Path = path;
        Loaded = loaded;
        Missing = missing;
        Unexpected = unexpected;
        Mismatched = mismatched;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The weights that match, in the model's order.</summary>
    public IReadOnlyList<string> Loaded { get; }

    /// <summary>The model's weights that the file does not contain.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>The names of the file's arrays that the model does not have.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>The weights that have a different type or shape in the file.</summary>
    public IReadOnlyList<WeightMismatch> Mismatched { get; }

    /// <summary>Whether model and file have the same weights.</summary>
    public bool IsComplete => Missing.Count == 0 && Unexpected.Count == 0 && Mismatched.Count == 0;

    /// <summary>The report, one finding per line.</summary>
    public override string ToString() => string.Join(Environment.NewLine,
    [
        $"{Path}: {Loaded.Count} weights match{(IsComplete ? "" : ", others do not")}.",
        .. Missing.Select(name => $"  missing in the file: {name}"),
        .. Mismatched.Select(m => $"  other shape: {m.Name} is {m.Expected}, in the file {m.Found}"),
        .. Unexpected.Select(name => $"  not in the model: {name}"),
    ]);
}

/// <summary>A file does not contain the model's weights; the model is unchanged.</summary>
public sealed class WeightsMismatchException : Exception
{
    internal WeightsMismatchException(WeightsReport report)
        : base(report.ToString())
    {
        Report = report;
    }

    /// <summary>What matched and what did not.</summary>
    public WeightsReport Report { get; }
}

/// <summary>Loads weights from safetensors files, of this library or another.</summary>
internal static class WeightsFile
{
    internal static WeightsReport Load(Sequential model, string path, LoadWeightsOptions options)
    {
        using SafeTensorsReader reader = SafeTensorsReader.Open(path);
        List<(Parameter Parameter, TensorInfo Tensor)> matches = [];
        List<string> missing = [];
        List<WeightMismatch> mismatched = [];
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (Parameter parameter in model.Parameters)
        {
            string name = options.NameInFile?.Invoke(parameter.FullName) ?? parameter.FullName;
            if (!reader.TryFind(name, out TensorInfo? tensor))
            {
                missing.Add(name == parameter.FullName ? name : $"{parameter.FullName} (as {name})");
                continue;
            }
            used.Add(name);
            Shape expected = IsTransposed(parameter, options) ? [parameter.Shape[1], parameter.Shape[0]] : parameter.Shape;
            if (tensor.Type.IsFloatingPoint() && tensor.HasShape(expected))
                matches.Add((parameter, tensor));
            else
                mismatched.Add(new WeightMismatch(parameter.FullName, $"F32 {expected}", $"{tensor.Type} {tensor.ShapeText}"));
        }
        // A checkpoint's state is not unexpected.
        bool isCheckpoint = reader.HasText(CheckpointFile.Key);
        string[] unexpected = reader.Tensors.Select(tensor => tensor.Name)
            .Where(name => !used.Contains(name) && !(isCheckpoint && CheckpointFile.IsState(name))).ToArray();

        WeightsReport report = new(path, matches.Select(match => match.Parameter.FullName).ToArray(), missing, unexpected, mismatched);
        if (options.Strict && !report.IsComplete)
            throw new WeightsMismatchException(report);
        Copy(model, reader, matches, options);
        return report;
    }

    // Into a copy first, so that the model is unchanged if reading fails.
    private static void Copy(
        Sequential model, SafeTensorsReader reader, List<(Parameter Parameter, TensorInfo Tensor)> matches, LoadWeightsOptions options)
    {
        AlignedBuffer values = new(model.Store.Values.Length);
        foreach ((Parameter parameter, TensorInfo tensor) in matches)
        {
            Span<float> destination = values.Span.Slice(parameter.Offset, parameter.Shape.Size);
            if (!IsTransposed(parameter, options))
            {
                reader.ReadWeights(tensor, parameter, destination);
                continue;
            }
            float[] transposed = new float[parameter.Shape.Size];
            reader.ReadWeights(tensor, transposed);
            (int inputs, int units) = (parameter.Shape[0], parameter.Shape[1]);
            for (int unit = 0; unit < units; unit++)
            {
                for (int input = 0; input < inputs; input++)
                    destination[input * units + unit] = transposed[unit * inputs + input];
            }
        }
        model.Lock.EnterWrite();
        try
        {
            foreach ((Parameter parameter, _) in matches)
                values.Span.Slice(parameter.Offset, parameter.Shape.Size).CopyTo(parameter.Values);
        }
        finally
        {
            model.Lock.ExitWrite();
        }
    }

    private static bool IsTransposed(Parameter parameter, LoadWeightsOptions options) =>
        options.TransposedKernels && parameter.Shape.Rank == 2;
}
