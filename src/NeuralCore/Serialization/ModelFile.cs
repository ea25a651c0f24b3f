using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Numerics;

namespace NeuralCore.Serialization;

/// <summary>What else goes into a model file.</summary>
public sealed record ModelFileOptions
{
    /// <summary>What the raw input (bytes of an image) was multiplied by in training, so that a predictor can do the same: <c>1f / 255f</c>. Null: nothing is stored.</summary>
    public float? InputScale { get; init; }

    /// <summary>What was added after that. Stored with <see cref="InputScale"/> only.</summary>
    public float InputOffset { get; init; }

    internal void Check()
    {
        if (InputScale is { } scale && (!float.IsFinite(scale) || scale == 0))
            throw new ArgumentOutOfRangeException(nameof(InputScale), scale, "An input scale is finite and not zero.");
        if (!float.IsFinite(InputOffset))
            throw new ArgumentOutOfRangeException(nameof(InputOffset), InputOffset, "An input offset is finite.");
        if (InputScale is null && InputOffset != 0)
            throw new ArgumentException("An input offset is stored together with an input scale; give 1 where there is none.", nameof(InputOffset));
    }
}

/// <summary>
/// A model and what its file says of its input. The file is a safetensors file that any reader of that format opens: weights under plain names
/// (<c>dense_1.kernel</c>), the architecture as JSON in its metadata, and a digest of everything.
/// </summary>
public sealed unsafe class ModelFile
{
    private ModelFile(Sequential model, float? inputScale, float inputOffset)
    {
        Model = model;
        InputScale = inputScale;
        InputOffset = inputOffset;
    }

    /// <summary>The model, with the bits of the weights that were saved.</summary>
    public Sequential Model { get; }

    /// <summary>What the raw input is to be multiplied by; null when the file does not say.</summary>
    public float? InputScale { get; }

    /// <summary>What is to be added then.</summary>
    public float InputOffset { get; }

    /// <summary>Writes a model to a file, which is replaced in one step: a reader, also after a crash, finds the old file or the new one, whole.</summary>
    /// <param name="model">The model. Not while it trains, callbacks of that training excepted.</param>
    /// <param name="path">The file, by convention <c>*.safetensors</c>.</param>
    /// <param name="options">What else to store.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be written to.</exception>
    /// <exception cref="ArgumentException">
    /// An option is out of range, or the architecture takes more than a file has room for (448 KB as JSON).
    /// </exception>
    /// <exception cref="InvalidOperationException">The model is being trained, or a weight is NaN or infinite.</exception>
    public static void Save(Sequential model, string path, ModelFileOptions? options = null) => Save(model, path, options, PhysicalFileSystem.Instance);

    /// <summary>Reads a model from a file that <see cref="Save(Sequential, string, ModelFileOptions?)"/> wrote, or from a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layers">Makes the layers; <see cref="LayerFactory.BuiltIn"/> by default. For layers of your own: <c>LayerFactory.BuiltIn.With("Swish", (description, name) => new Swish(name))</c>.</param>
    /// <exception cref="InvalidDataException">The file is damaged or no model file; the message says where, what was expected and what was found.</exception>
    /// <exception cref="NotSupportedException">The file holds a kind of layer that the factory does not know.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ModelFile Load(string path, LayerFactory? layers = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load(SafeTensorsReader.Open(path), path, layers);
    }

    /// <summary>Turns raw bytes into the model's input: <c>raw * InputScale + InputOffset</c>, with the bits that a scaled byte data set gives in training.</summary>
    /// <param name="raw">The bytes of one or more samples.</param>
    /// <param name="input">As many values.</param>
    /// <exception cref="InvalidOperationException">The file stores no input scale.</exception>
    /// <exception cref="ArgumentException"><paramref name="input"/> is shorter than <paramref name="raw"/>.</exception>
    public void ScaleInput(ReadOnlySpan<byte> raw, Span<float> input)
    {
        if (InputScale is not { } scale)
            throw new InvalidOperationException("The model file stores no input scale. Save it with new ModelFileOptions { InputScale = ... }.");
        if (input.Length < raw.Length)
            throw new ArgumentException($"{raw.Length} bytes do not fit into {input.Length} values.", nameof(input));
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
        model.Lock.EnterPrediction();
        try
        {
            FiniteWeights.Require(model, "Such a model is not saved: its predictions would not be finite either.");
            SafeTensorsWriter.Write(files, path, Weights(model), [new(ModelJson.Key, text)]);
        }
        finally
        {
            model.Lock.ExitPrediction();
        }
    }

    internal static ModelFile Load(Stream stream, string name, LayerFactory? layers = null) => Load(SafeTensorsReader.Open(stream, name), name, layers);

    /// <summary>A model's weights as they stand, under their names.</summary>
    internal static IReadOnlyList<TensorToWrite> Weights(Sequential model) => model.Parameters.Select(parameter =>
        new TensorToWrite(parameter.FullName, parameter.Shape, model.Store.Values.Memory.Slice(parameter.Offset, parameter.Shape.Size))).ToArray();

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
                        reader.ReadWeights(tensor, parameter.Values);
                }
                return new ModelFile(model, saved.InputScale, saved.InputOffset);
            }
            catch (NotSupportedException e)
            {
                throw new NotSupportedException($"{name}: {e.Message}", e);
            }
            catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
            {
                throw reader.InvalidHeader("a model that can be built", $"none: {e.Message}", e);
            }
        }
    }

    // Before any memory is taken for weights: a file cannot make us allocate more than it holds.
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
