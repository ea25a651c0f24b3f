using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Numerics;

namespace NeuralCore.Serialization;

/// <summary>How weights are taken from a file.</summary>
public sealed record LoadWeightsOptions
{
    /// <summary>Whether every weight must be found with its shape and nothing else be in the file. Otherwise what matches is loaded and the rest reported.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>The name in the file of a weight of the model: <c>name => name.Replace("dense.kernel", "fc1.weight")</c>. Null: the same name.</summary>
    public Func<string, string>? NameInFile { get; init; }

    /// <summary>
    /// Whether the file holds matrices as [units, inputs], as PyTorch's Linear does, where this library has [inputs, units]. Nothing is guessed:
    /// without this, such a matrix is another shape, and a square one would be read as it stands.
    /// </summary>
    public bool TransposedKernels { get; init; }
}

/// <summary>A weight whose array in the file has another type or shape.</summary>
/// <param name="Name">The weight's name in the model.</param>
/// <param name="Expected">The type and shape it has there.</param>
/// <param name="Found">The type and shape in the file.</param>
public readonly record struct WeightMismatch(string Name, string Expected, string Found);

/// <summary>What loading weights found.</summary>
public sealed class WeightsReport
{
    internal WeightsReport(string path, IReadOnlyList<string> loaded, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<WeightMismatch> mismatched)
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

    /// <summary>The model's weights that the file does not hold.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>The file's arrays, by their names there, that the model does not have.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>The weights with another type or shape in the file.</summary>
    public IReadOnlyList<WeightMismatch> Mismatched { get; }

    /// <summary>Whether model and file hold the same.</summary>
    public bool IsComplete => Missing.Count == 0 && Unexpected.Count == 0 && Mismatched.Count == 0;

    /// <summary>The report, one finding a line.</summary>
    public override string ToString() => string.Join(Environment.NewLine,
    [
        $"{Path}: {Loaded.Count} weights match{(IsComplete ? "" : ", others do not")}.",
        .. Missing.Select(name => $"  missing in the file: {name}"),
        .. Mismatched.Select(m => $"  other shape: {m.Name} is {m.Expected}, in the file {m.Found}"),
        .. Unexpected.Select(name => $"  not in the model: {name}"),
    ]);
}

/// <summary>A file does not hold the weights of the model; the model is unchanged.</summary>
public sealed class WeightsMismatchException : Exception
{
    internal WeightsMismatchException(WeightsReport report)
        : base(report.ToString())
    {
        Report = report;
    }

    /// <summary>What did not match.</summary>
    public WeightsReport Report { get; }
}

/// <summary>Takes weights alone from safetensors files, of this library or another.</summary>
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
        // A checkpoint holds more than weights; that is not unexpected.
        bool isCheckpoint = reader.HasText(CheckpointFile.Key);
        string[] unexpected = reader.Tensors.Select(tensor => tensor.Name)
            .Where(name => !used.Contains(name) && !(isCheckpoint && CheckpointFile.IsState(name))).ToArray();

        WeightsReport report = new(path, matches.Select(match => match.Parameter.FullName).ToArray(), missing, unexpected, mismatched);
        if (options.Strict && !report.IsComplete)
            throw new WeightsMismatchException(report);
        Copy(model, reader, matches, options);
        return report;
    }

    // Into a copy first, so that a file that cannot be read to its end leaves the model as it was.
    private static void Copy(Sequential model, SafeTensorsReader reader, List<(Parameter Parameter, TensorInfo Tensor)> matches, LoadWeightsOptions options)
    {
        AlignedBuffer values = new(model.Store.Values.Length);
        foreach ((Parameter parameter, TensorInfo tensor) in matches)
        {
            Span<float> destination = values.Span.Slice(parameter.Offset, parameter.Shape.Size);
            if (!IsTransposed(parameter, options))
            {
                reader.ReadWeights(tensor, destination);
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
        model.Lock.EnterTraining();
        try
        {
            foreach ((Parameter parameter, _) in matches)
                values.Span.Slice(parameter.Offset, parameter.Shape.Size).CopyTo(parameter.Values);
        }
        finally
        {
            model.Lock.ExitTraining();
        }
    }

    private static bool IsTransposed(Parameter parameter, LoadWeightsOptions options) => options.TransposedKernels && parameter.Shape.Rank == 2;
}
