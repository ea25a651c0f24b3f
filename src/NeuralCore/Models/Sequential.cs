using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using NeuralCore.Layers;
using NeuralCore.Numerics;

namespace NeuralCore.Models;

/// <summary>A network whose layers run one after the other. It holds managed memory only and needs no disposal.</summary>
/// <remarks>
/// All shapes are resolved in the constructor. Initial weights depend on the seed and on the preceding layers of the same kind, so the same
/// description and seed give the same bits on every processor.
/// </remarks>
[DebuggerDisplay("{Name,nq}: {InputShape} -> {OutputShape}, {ParameterCount} parameters")]
public sealed class Sequential
{
    private readonly Layer[] _expanded;
    private readonly PredictionPool _predictions;

    /// <summary>Builds a network and draws its initial weights.</summary>
    /// <param name="inputShape">The shape of one sample: <c>[28, 28]</c>.</param>
    /// <param name="layers">The layers, in the order they run; a layer object belongs to one model.</param>
    /// <param name="seed">Determines all random numbers of the model and its training.</param>
    /// <param name="name">The name that the summary prints.</param>
    /// <exception cref="ShapeException">A layer does not accept the preceding layer's output shape.</exception>
    /// <exception cref="ArgumentException">
    /// There is no layer, two layers or two weights share a name, a layer already belongs to a model, or the name is blank or has a slash.
    /// </exception>
    /// <exception cref="InvalidOperationException"><c>NEURALCORE_ISA</c> asks for a path that the processor does not support.</exception>
    public Sequential(Shape inputShape, IEnumerable<Layer> layers, long seed = 0, string name = "sequential")
        : this(inputShape, layers, seed, name, null)
    {
    }

    /// <summary>Builds a network whose weights are zero until they are loaded.</summary>
    /// <param name="inputShape">The shape of one sample.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="name">The name.</param>
    /// <param name="check">
    /// Checks the weights' names and shapes before memory is allocated for them, and throws if they are not the expected ones. If null, the
    /// weights are initialized.
    /// </param>
    internal Sequential(Shape inputShape, IEnumerable<Layer> layers, long seed, string name, Action<IEnumerable<Parameter>>? check)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        ArgumentNullException.ThrowIfNull(layers);
        Names.Check(name, "A model's name");
        _ = InstructionSet.Current;

        Layer[] list = layers.ToArray();
        if (list.Length == 0)
            throw new ArgumentException("A model needs at least one layer.", nameof(layers));
        if (list.Contains(null))
            throw new ArgumentException("A layer is null.", nameof(layers));

        Name = name;
        Seed = seed;
        InputShape = inputShape;
        Layers = list;
        List<Layer> expanded = [];
        try
        {
            ModelBuilder builder = new(seed, list);
            Shape shape = inputShape;
            foreach (Layer layer in list)
                shape = builder.Bind(layer, shape, expanded);
            OutputShape = shape;
            _expanded = expanded.ToArray();
            check?.Invoke(_expanded.SelectMany(layer => layer.Parameters));
            Store = new ParameterStore(_expanded);
            if (check is null)
                Store.Initialize();
        }
        catch
        {
            // So that the layers can be used again.
            expanded.ForEach(layer => layer.Unbind());
            throw;
        }
        _predictions = new PredictionPool(_expanded, inputShape.Size);
    }

    /// <summary>The model's name.</summary>
    public string Name { get; }

    /// <summary>The seed of all random numbers of the model and its training.</summary>
    public long Seed { get; }

    /// <summary>The shape of one input sample.</summary>
    public Shape InputShape { get; }

    /// <summary>The shape of one prediction.</summary>
    public Shape OutputShape { get; }

    /// <summary>
    /// The names of inputs, classes and categories, which the model's file stores; empty by default. They do not change a number.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The number of names does not fit the model, a name is longer than 200 characters or occurs twice, or there are more than 4,096.
    /// </exception>
    public DataNames DataNames
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.Checked(InputShape, OutputShape);
        }
    } = DataNames.None;

    /// <summary>The layers as they were given.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>All weights, in layer order.</summary>
    public IReadOnlyList<Parameter> Parameters => Store.Parameters;

    /// <summary>The number of values of all weights.</summary>
    public long ParameterCount => Parameters.Sum(parameter => (long)parameter.Shape.Size);

    /// <summary>The layers as they run: trailing activations follow their layer.</summary>
    internal IReadOnlyList<Layer> ExpandedLayers => _expanded;

    internal ParameterStore Store { get; }

    internal ModelLock Lock { get; } = new();

    /// <summary>
    /// Predicts one sample or a batch, on the calling thread. Any number of threads may predict at once; after the first calls, nothing is
    /// allocated.
    /// </summary>
    /// <remarks>Values that are not finite are not rejected: a NaN in a row gives NaN in that row's predictions only.</remarks>
    /// <param name="input">One or more samples, row-major, one after the other.</param>
    /// <param name="output">Receives the predictions, one after the other. A row's bits do not depend on the rows beside it.</param>
    /// <exception cref="ArgumentException">
    /// A length does not match the model, or <paramref name="output"/> overlaps <paramref name="input"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The model is being trained, and this is not a callback or a progress report of that training.
    /// </exception>
    public void Predict(ReadOnlySpan<float> input, Span<float> output)
    {
        int rows = CheckLengths(input.Length, output.Length);
        if (output.Overlaps(input))
            throw new ArgumentException(
                $"{Name}: output overlaps input, so later rows would be overwritten before they are read. "
                + "Pass separate memory.", nameof(output));
        Lock.EnterRead();
        try
        {
            Workspace workspace = _predictions.Rent();
            for (int first = 0; first < rows; first += workspace.BlockRows)
            {
                int count = Math.Min(workspace.BlockRows, rows - first);
                ReadOnlySpan<float> block = input.Slice(first * InputShape.Size, count * InputShape.Size);
                ReadOnlySpan<float> predictions = workspace.Forward(part: 0, worker: 0, firstRow: 0, count, step: 0, block);
                predictions.CopyTo(output[(first * OutputShape.Size)..]);
            }
            _predictions.Return(workspace);
        }
        finally
        {
            Lock.ExitRead();
        }
    }

    /// <summary>Predicts one sample or a batch into a new array.</summary>
    /// <returns>The predictions, one after the other.</returns>
    /// <inheritdoc cref="Predict(ReadOnlySpan{float}, Span{float})"/>
    public float[] Predict(ReadOnlySpan<float> input)
    {
        float[] output = new float[checked(input.Length / InputShape.Size * OutputShape.Size)];
        Predict(input, output);
        return output;
    }

    /// <summary>Predicts a batch of tensors: [rows, ...input shape] in, [rows, ...output shape] out; both must be dense.</summary>
    /// <param name="input">The samples.</param>
    /// <param name="output">Receives the predictions.</param>
    /// <inheritdoc cref="Predict(ReadOnlySpan{float}, Span{float})"/>
    public void Predict(in ReadOnlyTensorSpan<float> input, in TensorSpan<float> output)
    {
        if (!input.IsDense || !output.IsDense)
            throw new ArgumentException("Predict takes dense tensors; copy a slice into a dense tensor first.");
        Predict(
            MemoryMarshal.CreateReadOnlySpan(in input.GetPinnableReference(), checked((int)input.FlattenedLength)),
            MemoryMarshal.CreateSpan(ref output.GetPinnableReference(), checked((int)output.FlattenedLength)));
    }

    /// <summary>The layers with their output shapes and parameter counts, as a text table.</summary>
    public string Summary() => ModelSummary.Write(this);

    /// <summary>An independent model with the same layers, seed and current weights.</summary>
    /// <exception cref="InvalidOperationException">The model is being trained, and this is not a callback of that training.</exception>
    public Sequential Clone()
    {
        Sequential copy = new(InputShape, Layers.Select(layer => layer.CloneUnbound()), Seed, Name) { DataNames = DataNames };
        Lock.EnterRead();
        try
        {
            Store.Values.Span.CopyTo(copy.Store.Values.Span);
        }
        finally
        {
            Lock.ExitRead();
        }
        return copy;
    }

    private int CheckLengths(int input, int output)
    {
        if (input % InputShape.Size != 0)
        {
            throw new ArgumentException(
                $"{Name}: the input has {input} values, but one sample {InputShape} has {InputShape.Size}. "
                + "Pass one or more whole samples, row-major.", nameof(input));
        }
        int rows = input / InputShape.Size;
        if (output != (long)rows * OutputShape.Size)
        {
            throw new ArgumentException(
                $"{Name}: {rows} samples give {rows} x {OutputShape.Size} = {(long)rows * OutputShape.Size} predictions, "
                + $"but the output has room for {output}.", nameof(output));
        }
        return rows;
    }
}
