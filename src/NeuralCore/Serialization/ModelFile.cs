using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Numerics;

namespace NeuralCore.Serialization;

/// <summary>Options of a model file.</summary>
public sealed record ModelFileOptions
{
    /// <summary>
    /// The factor that the raw input (bytes of an image) was multiplied by in training, such as <c>1f / 255f</c>, so that a predictor can
    /// do the same. If null, nothing is stored.
    /// </summary>
    public float? InputScale { get; init; }

    /// <summary>The offset that was added after that. Stored only with <see cref="InputScale"/>.</summary>
    public float InputOffset { get; init; }

    internal void Check()
    {
        if (InputScale is { } scale && (!float.IsFinite(scale) || scale == 0))
            throw new ArgumentOutOfRangeException(nameof(InputScale), scale, "The input scale must be finite and not zero.");
        if (!float.IsFinite(InputOffset))
            throw new ArgumentOutOfRangeException(nameof(InputOffset), InputOffset, "The input offset must be finite.");
        if (InputScale is null && InputOffset != 0)
            throw new ArgumentException("An input offset needs an input scale; use 1 for none.", nameof(InputOffset));
    }
}

/// <summary>
/// A model and the input scaling stored in its file. The file is a safetensors file that any reader of that format can open: weights under
/// plain names (<c>dense_1.kernel</c>), the architecture as JSON in its metadata, and a digest of everything.
/// </summary>
public sealed unsafe class ModelFile
{
    private ModelFile(Sequential model, float? inputScale, float inputOffset)
    {
        Model = model;
        InputScale = inputScale;
        InputOffset = inputOffset;
    }

    /// <summary>The model, with exactly the saved weights.</summary>
    public Sequential Model { get; }

    /// <summary>The factor to multiply the raw input by; null if the file stores none.</summary>
    public float? InputScale { get; }

    /// <summary>The offset to add after that.</summary>
    public float InputOffset { get; }

    /// <summary>
    /// Writes a model to a file, replacing it atomically: even after a crash, a reader finds the complete old or the complete new file.
    /// </summary>
    /// <param name="model">The model. It must not be in training, except in a callback of that training.</param>
    /// <param name="path">The file, by convention <c>*.safetensors</c>.</param>
    /// <param name="options">What else to store.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    /// <exception cref="ArgumentException">
    /// An option is out of range, or the architecture exceeds a file's limit (448 KB as JSON).
    /// </exception>
    /// <exception cref="InvalidOperationException">The model is being trained, or a weight is NaN or infinite.</exception>
    public static void Save(Sequential model, string path, ModelFileOptions? options = null) =>
        Save(model, path, options, PhysicalFileSystem.Instance);

    /// <summary>
    /// Reads a model from a file that <see cref="Save(Sequential, string, ModelFileOptions?)"/> wrote, or from a checkpoint.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="layers">
    /// Creates the layers; <see cref="LayerFactory.BuiltIn"/> by default. For custom layers:
    /// <c>LayerFactory.BuiltIn.With("Swish", (description, name) => new Swish(name))</c>.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or not a model file; the message states the offset, what was expected and what was found.
    /// </exception>
    /// <exception cref="NotSupportedException">The file contains a kind of layer that the factory does not have.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ModelFile Load(string path, LayerFactory? layers = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load(SafeTensorsReader.Open(path), path, layers);
    }

    /// <summary>
    /// Turns raw bytes into the model's input: <c>raw * InputScale + InputOffset</c>, with the same bits as a scaled byte data set in
    /// training.
    /// </summary>
    /// <param name="raw">The bytes of one or more samples.</param>
    /// <param name="input">Receives one value for each byte.</param>
    /// <exception cref="InvalidOperationException">The file stores no input scale.</exception>
    /// <exception cref="ArgumentException"><paramref name="input"/> is shorter than <paramref name="raw"/>.</exception>
    public void ScaleInput(ReadOnlySpan<byte> raw, Span<float> input)
    {
        if (InputScale is not { } scale)
            throw new InvalidOperationException(
                "The model file stores no input scale. Save it with new ModelFileOptions { InputScale = ... }.");
        if (input.Length < raw.Length)
            throw new ArgumentException($"{raw.Length} bytes need as many values, but the input has {input.Length}.", nameof(input));
        fixed (byte* from = raw)
        fixed (float* to = input)
            ByteKernel.Scale(from, to, raw.Length, scale);
        if (InputOffset != 0)
        {
            foreach (ref float value in input[..raw.Length])
                value += InputOffset;
        }
    }

    internal static void Save(Sequential model, string path, ModelFileOptions? options, IFileSystem files)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ModelFileOptions();
        options.Check();
        ModelJson description = ModelJson.Of(model) with { InputScale = options.InputScale, InputOffset = options.InputOffset };
        byte[] text = description.Write();
        DescriptionLimit.Check(description, text, path);
        model.Lock.EnterRead();
        try
        {
            FiniteWeights.Require(model, "The model is not saved, since its predictions would not be finite either.");
            SafeTensorsWriter.Write(files, path, Weights(model), [new(ModelJson.Key, text)]);
        }
        finally
        {
            model.Lock.ExitRead();
        }
    }

    internal static ModelFile Load(Stream stream, string name, LayerFactory? layers = null) =>
        Load(SafeTensorsReader.Open(stream, name), name, layers);

    /// <summary>A model's current weights with their names.</summary>
    internal static IReadOnlyList<TensorToWrite> Weights(Sequential model) => model.Parameters.Select(parameter =>
        new TensorToWrite(
            parameter.FullName, parameter.Shape, model.Store.Values.Memory.Slice(parameter.Offset, parameter.Shape.Size))).ToArray();

    private static ModelFile Load(SafeTensorsReader reader, string name, LayerFactory? layers)
    {
        using (reader)
        {
            reader.RequireDigest();
            if (reader.Text(ModelJson.Key) is not { } text)
                throw reader.InvalidHeader($"a model (\"{ModelJson.Key}\") in {SafeTensorsWriter.MetadataKey}", "none");
            try
            {
                ModelJson saved = ModelJson.Read(text);
                Sequential model = saved.Build(layers ?? LayerFactory.BuiltIn, parameters => Check(reader, parameters));
                foreach (Parameter parameter in model.Parameters)
                {
                    if (reader.TryFind(parameter.FullName, out TensorInfo? tensor))
                        reader.ReadWeights(tensor, parameter, parameter.Values);
                }
                return new ModelFile(model, saved.InputScale, saved.InputOffset);
            }
            catch (NotSupportedException e)
            {
                throw new NotSupportedException($"{name}: {e.Message}", e);
            }
            catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
            {
                throw reader.InvalidHeader("a valid model", $"none: {e.Message}", e);
            }
        }
    }

    // Before memory is allocated for weights, so that it is bounded by the file's size.
    private static void Check(SafeTensorsReader reader, IEnumerable<Parameter> parameters)
    {
        int found = 0;
        foreach (Parameter parameter in parameters)
        {
            if (!reader.TryFind(parameter.FullName, out TensorInfo? tensor))
                throw reader.InvalidHeader($"the weights {parameter.FullName}", "none of that name");
            if (tensor.Type != TensorType.F32 || !tensor.HasShape(parameter.Shape))
                throw reader.InvalidHeader($"{parameter.FullName} to be F32 {parameter.Shape}", $"{tensor.Type} {tensor.ShapeText}");
            found++;
        }
        bool isCheckpoint = reader.HasText(CheckpointFile.Key);
        int weights = reader.Tensors.Count(tensor => !(isCheckpoint && CheckpointFile.IsState(tensor.Name)));
        if (found != weights)
            throw reader.InvalidHeader($"{found} arrays of weights", $"{weights}");
    }
}
