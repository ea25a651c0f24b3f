using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralCore.Initializers;
using NeuralCore.Numerics;
using NeuralCore.Regularization;

namespace NeuralCore.Layers;

/// <summary>
/// A fully connected layer: <c>y = x W + b</c>, with x [inputs], W [inputs, units], b [units], y [units].
/// </summary>
/// <remarks>
/// Gradients, with dy the gradient of the loss with respect to y: <c>dx = dy Wᵀ</c>, <c>dW = Σ xᵀ dy</c>, <c>db = Σ dy</c>,
/// summed over the rows of the batch in order.
/// </remarks>
public sealed unsafe class Dense : Layer
{
    private Parameter? _kernel;
    private Parameter? _bias;

    /// <summary>Describes a fully connected layer.</summary>
    /// <param name="units">The number of outputs, at least 1.</param>
    /// <param name="activation">Runs behind the layer, as if it stood next in the list; null for none.</param>
    /// <param name="kernelInitializer">What W starts from; Glorot uniform by default.</param>
    /// <param name="biasInitializer">What b starts from; zeros by default.</param>
    /// <param name="useBias">Whether there is a b.</param>
    /// <param name="kernelRegularizer">A penalty on W that is added to the loss; none by default.</param>
    /// <param name="biasRegularizer">A penalty on b that is added to the loss; none by default.</param>
    /// <param name="kernelConstraint">What W satisfies after each update, such as a largest norm of each unit's weights.</param>
    /// <param name="name">The name, unique in the model.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is below 1.</exception>
    public Dense(
        int units,
        Activation? activation = null,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null,
        bool useBias = true,
        Regularizer? kernelRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null,
        string? name = null)
        : base(name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        Units = units;
        Activation = activation;
        KernelInitializer = kernelInitializer ?? new GlorotUniform();
        BiasInitializer = biasInitializer ?? new Zeros();
        UseBias = useBias;
        KernelRegularizer = kernelRegularizer;
        BiasRegularizer = biasRegularizer;
        KernelConstraint = kernelConstraint;
    }

    /// <summary>The number of outputs.</summary>
    public int Units { get; }

    /// <summary>The activation that runs behind the layer; null for none.</summary>
    public Activation? Activation { get; private set; }

    /// <summary>What the kernel starts from.</summary>
    public Initializer KernelInitializer { get; }

    /// <summary>What the bias starts from.</summary>
    public Initializer BiasInitializer { get; }

    /// <summary>Whether there is a bias.</summary>
    public bool UseBias { get; }

    /// <summary>The penalty on the kernel; null for none.</summary>
    public Regularizer? KernelRegularizer { get; }

    /// <summary>The penalty on the bias; null for none.</summary>
    public Regularizer? BiasRegularizer { get; }

    /// <summary>What the kernel satisfies after each update; null for nothing.</summary>
    public Constraint? KernelConstraint { get; }

    /// <inheritdoc/>
    protected internal override Activation? TrailingActivation => Activation;

    internal override bool? GivesProbabilities => false;

    internal override bool ReadsSparseInput => true;

    /// <inheritdoc/>
    protected internal override Layer CloneUnbound()
    {
        // The activation is a layer of its own and can serve one model only, as this one.
        Activation? activation = (Activation?)Activation?.CloneUnbound();
        Dense copy = (Dense)base.CloneUnbound();
        copy.Activation = activation;
        return copy;
    }

    /// <inheritdoc/>
    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        if (input.Rank != 1)
            throw builder.Reject("a vector", input, "Put a Flatten before it.");

        int inputs = input[0];
        if ((long)inputs * Units > Array.MaxLength / 2)
            throw builder.Reject("a kernel that fits in memory", input, $"[{inputs}, {Units}] weights do not.");
        _kernel = builder.AddParameter("kernel", [inputs, Units], KernelInitializer, decayed: true, KernelRegularizer, KernelConstraint);
        _bias = UseBias
            ? builder.AddParameter("bias", [Units], BiasInitializer, decayed: false, BiasRegularizer, fans: new Fans(inputs, Units))
            : null;

        // The input gradient multiplies by the transposed kernel, which is packed once a step for all workers.
        builder.BackwardReads = BackwardReads.Input;
        builder.FusesReLU = true;
        builder.DeclarePacking(Gemm.PanelCount(inputs), Gemm.PackedLength(Units, inputs), forBackwardOnly: true);
        return [Units];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Pack(in PackPass pass)
    {
        fixed (float* packed = &MemoryMarshal.GetReference(pass.Packed))
            Gemm.PackPanel(pass.Panel, Units, _kernel!.Shape[0], _kernel.Pointer, Units, bTransposed: true, packed);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Forward(in ForwardPass pass)
    {
        int inputs = _kernel!.Shape[0];
        fixed (float* input = &MemoryMarshal.GetReference(pass.Input), output = &MemoryMarshal.GetReference(pass.Output))
        {
            GemmStart start = _bias is null ? GemmStart.Zero : GemmStart.Bias;
            float* bias = _bias is null ? null : _bias.Pointer;
            GemmEpilogue epilogue = pass.FusesReLU ? GemmEpilogue.ReLU : GemmEpilogue.None;
            if (pass.Sparse.IsGiven)
            {
                pass.Sparse.Multiply(
                    InstructionSet.Current, pass.FirstRow, pass.Rows, Units, _kernel.Pointer, Units, output, Units, start, bias, epilogue);
            }
            else
            {
                Gemm.Multiply(pass.Rows, Units, inputs, input, inputs, aTransposed: false,
                    _kernel.Pointer, Units, output, Units, start, bias, epilogue);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void Backward(in BackwardPass pass)
    {
        int inputs = _kernel!.Shape[0];
        fixed (float* outputGradient = &MemoryMarshal.GetReference(pass.OutputGradient),
            inputGradient = &MemoryMarshal.GetReference(pass.InputGradient),
            packed = &MemoryMarshal.GetReference(pass.Packed),
            mask = &MemoryMarshal.GetReference(pass.ReLUOutput))
        {
            Gemm.MultiplyPacked(
                pass.Rows, inputs, Units, outputGradient, Units, aTransposed: false, packed, inputGradient, inputs, GemmStart.Zero, null,
                mask == null ? GemmEpilogue.None : GemmEpilogue.ReLUMask, mask, inputs);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected internal override void ComputeParameterGradients(in GradientPass pass)
    {
        fixed (float* input = &MemoryMarshal.GetReference(pass.Input),
            outputGradient = &MemoryMarshal.GetReference(pass.OutputGradient),
            gradient = &MemoryMarshal.GetReference(pass.Gradient))
        {
            if (pass.Parameter == _bias)
            {
                if (pass.ContinuesSum)
                    AddRows(pass);
                else
                    Reductions.ColumnSums(outputGradient + pass.Start, pass.Rows, Units, pass.Count, gradient);
                return;
            }
            int inputs = _kernel!.Shape[0];
            if (pass.Sparse.IsGiven)
                pass.Sparse.MultiplyTransposed(InstructionSet.Current, pass.Start, pass.Count, Units, pass.Rows, outputGradient, Units,
                    gradient, Units);
            else
                Gemm.Multiply(pass.Count, Units, pass.Rows, input + pass.Start, inputs, aTransposed: true, outputGradient, Units,
                    gradient, Units,
                    pass.ContinuesSum ? GemmStart.Accumulate : GemmStart.Zero, null);
        }
    }

    // The same chain of additions for each column as in Reductions.ColumnSums, from where the sum stands.
    private void AddRows(in GradientPass pass)
    {
        for (int row = 0; row < pass.Rows; row++)
            TensorPrimitives.Add(pass.Gradient, pass.OutputGradient.Slice(row * Units + pass.Start, pass.Count), pass.Gradient);
    }

    /// <inheritdoc/>
    protected internal override LayerDescription Describe()
    {
        LayerDescription? activation = Activation?.Description;
        string text = string.Concat(
            $"{Units}", Text("", activation), Text("kernelRegularizer: ", KernelRegularizer), Text("biasRegularizer: ", BiasRegularizer),
            Text("kernelConstraint: ", KernelConstraint));
        return new LayerDescription("Dense", text)
            .With("units", Units)
            .With("useBias", UseBias)
            .With("kernelInitializer", KernelInitializer.Describe())
            .With("biasInitializer", BiasInitializer.Describe())
            .WithOptional("activation", activation)
            .WithOptional("kernelRegularizer", KernelRegularizer?.Describe())
            .WithOptional("biasRegularizer", BiasRegularizer?.Describe())
            .WithOptional("kernelConstraint", KernelConstraint?.Describe());
    }

    private static string Text(string name, object? setting) => setting is null ? "" : $", {name}{setting}";
}
