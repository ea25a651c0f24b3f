using NeuralCore.Data;
using NeuralCore.Diagnostics;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Contracts;

/// <summary>
/// The promise "layers of your own on equal terms": what a user's layer declares is fused as the library's own is, with the same bits.
/// </summary>
public class EqualTermsTests
{
    private static readonly float[] Input = TestData.Normals(64 * 20);
    private static readonly int[] Labels = TestData.Labels(64, 3);

    [Fact]
    public void A_rectifier_of_the_user_s_is_fused_and_trains_to_the_same_bits()
    {
        OwnReLU own = new(), alone = new();
        Train(own, alone, new Dropout(0.3)).Should().Be(Train(new ReLU(), new ReLU(), new Dropout(0.3)));
        (own.Calls, alone.Calls).Should().Be((0, 0), "the layers beside it do its work, forward and back");
    }

    [Fact]
    public void A_mask_of_the_user_s_goes_back_together_with_the_rectifier_before_it()
    {
        OwnMask mask = new(declaresScale: true), plain = new(declaresScale: false);
        Train(new ReLU(), new ReLU(), mask).Should().Be(Train(new ReLU(), new ReLU(), plain));
        mask.BackwardCalls.Should().Be(0);
        plain.BackwardCalls.Should().BePositive();
    }

    [Fact]
    public void A_layer_of_the_user_s_may_apply_the_rectifiers_beside_it()
    {
        OwnScale fusing = new(fuses: true), plain = new(fuses: false);
        static string Train(OwnScale layer)
        {
            Sequential model = new([20], [new Dense(16, new ReLU()), layer, new ReLU(), new Dense(3, new Softmax())], seed: 5);
            using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
            trainer.TrainStep(Input, Labels);
            trainer.TrainStep(Input, Labels);
            return Weights.Hash(model) + string.Join(' ', model.Predict(Input));
        }
        Train(fusing).Should().Be(Train(plain));
        fusing.FusedCalls.Should().BePositive();
        plain.FusedCalls.Should().Be(0);
    }

    [Fact]
    public void A_layer_of_the_user_s_takes_an_activation_and_is_cloned_with_it()
    {
        Sequential model = new([20], [new OwnScale(fuses: true, new ReLU()), new Dense(3, new Softmax())], seed: 5);
        model.ExpandedLayers.Select(layer => layer.Name).Should().Equal("ownscale", "ownscale.relu", "dense", "dense.softmax");
        model.Layers.Should().HaveCount(2);
        model.Clone().Predict(Input).Should().Equal(model.Predict(Input));
        GradientCheck.Layer(new OwnScale(fuses: true, new ReLU()), [7]).ThrowIfFailed();
    }

    [Fact]
    public void Gradients_of_a_kernel_of_any_rank_come_in_slices_of_its_last_axis()
    {
        OwnKernel layer = new();
        GradientCheck.Layer(layer, [3 * 3 * 5]).ThrowIfFailed();
        layer.LargestSlice.Should().Be(3 * 3 * 5);
        layer.Parameters[0].Shape.Should().Equal(3, 3, 5, 4);

        Sequential model = new([45], [new OwnKernel(), new Dense(3, new Softmax())], seed: 2);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        trainer.TrainStep(TestData.Normals(90), [0, 1], threads: 2);
        ((OwnKernel)model.Layers[0]).LargestSlice.Should().BeLessThan(45, "several workers share the slices");
    }

    [Fact]
    public void Scratch_memory_is_each_worker_s_own()
    {
        Sequential model = new([50], [new Sorting(), new Dense(3, new Softmax())], seed: 2);
        using Trainer<int> trainer = model.Compile(new Sgd(0), new SparseCategoricalCrossEntropy());
        float[] input = TestData.Normals(900 * 50);
        int[] labels = TestData.Labels(900, 3);
        double expected = trainer.TrainStep(input, labels, threads: 1);
        // So much work that it is shared.
        trainer.TrainStep(input, labels, threads: 7).Should().Be(expected);
        trainer.Evaluate(Dataset.From(input, [50], labels), threads: 5).Loss.Should().BeApproximately(expected, 1e-9);
        GradientCheck.Layer(new Sorting(), [6]).ThrowIfFailed();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_gradient_continues_a_sum_with_the_bits_of_one_over_all_rows(bool isSparse)
    {
        float[] input = TestData.Normals(60 * 33);
        for (int i = 0; isSparse && i < input.Length; i++)
            input[i] = i / 33 % 8 < 6 || i % 5 > 0 ? 0 : input[i];
        Sequential model = new([33], [new Dense(17, new ReLU()), new Dense(3)], seed: 3);
        ExecutionPlan plan = ExecutionPlan.ForTraining(model.ExpandedLayers, 33);
        Workspace workspace = new(plan, model.Store.Values.Length, batchRows: 60, blockRows: 60, workers: 1);
        input.CopyTo(workspace.Activation(0, 0, 0, 60));
        workspace.Input.Begin(features: null, [], rows: 60, skipZeros: true);
        for (int layer = 0; layer < plan.Layers.Length; layer++)
        {
            for (int panel = 0; plan.IsPacked[layer] && panel < plan.Layers[layer].Bound.Panels; panel++)
                workspace.Pack(layer, panel);
        }
        workspace.Forward(0, 0, 0, 60, 0, workspace.Activation(0, 0, 0, 60));
        TestData.Normals(180, seed: 9).CopyTo(workspace.Gradient(plan.ExecutedCount, 0, 0, 60));
        workspace.Backward(0, 0, 0, 60, 0);

        foreach ((int layer, Parameter parameter) in plan.Layers.SelectMany((layer, i) => layer.Parameters.Select(p => (i, p))))
        {
            Span<float> gradient = workspace.ParameterGradients.Span.Slice(parameter.Offset, parameter.Shape.Size);
            workspace.ComputeParameterGradients(layer, parameter, 0, parameter.Slices, 60);
            float[] whole = gradient.ToArray();
            gradient.Clear();
            int[] cuts = [0, 1, 24, 25, 60];
            for (int part = 1; part < cuts.Length; part++)
            {
                workspace.ComputeParameterGradients(
                    layer, parameter, 0, parameter.Slices, cuts[part] - cuts[part - 1], firstRow: cuts[part - 1], continues: part > 1);
            }
            gradient.ToArray().Select(BitConverter.SingleToInt32Bits).Should()
                .Equal(whole.Select(BitConverter.SingleToInt32Bits), parameter.FullName);
        }
    }

    private static string Train(Layer inside, Layer standing, Layer mask)
    {
        Sequential model = new([20], [new Dense(16, (Activation)inside), new Dense(16), standing, mask, new Dense(3, new Softmax())],
            seed: 5);
        using Trainer<int> trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        for (int step = 0; step < 3; step++)
            trainer.TrainStep(Input, Labels, threads: 1);
        return Weights.Hash(model);
    }

    private sealed class OwnReLU() : Activation
    {
        internal int Calls { get; private set; }

        public override string Kind => "ReLU";

        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            builder.BackwardReads = BackwardReads.Output;
            builder.IsReLU = true;
            return input;
        }

        protected internal override void Forward(in ForwardPass pass)
        {
            Calls++;
            for (int i = 0; i < pass.Output.Length; i++)
                pass.Output[i] = Math.Max(pass.Input[i], 0);
        }

        protected internal override void Backward(in BackwardPass pass)
        {
            Calls++;
            for (int i = 0; i < pass.InputGradient.Length; i++)
                pass.InputGradient[i] = pass.Output[i] > 0 ? pass.OutputGradient[i] : 0;
        }

        protected internal override LayerDescription Describe() => new("ReLU");
    }

    /// <summary>Drops every third element and doubles the others.</summary>
    private sealed class OwnMask(bool declaresScale) : Layer
    {
        internal int BackwardCalls { get; private set; }

        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            builder.BackwardReads = BackwardReads.None;
            builder.CanRunInPlace = true;
            builder.MaskScale = declaresScale ? 2 : null;
            return input;
        }

        protected internal override void Forward(in ForwardPass pass) => Mask(pass.Input, pass.Output);

        protected internal override void Backward(in BackwardPass pass)
        {
            BackwardCalls++;
            Mask(pass.OutputGradient, pass.InputGradient);
        }

        protected internal override LayerDescription Describe() => new("OwnMask");

        private static void Mask(ReadOnlySpan<float> from, Span<float> to)
        {
            for (int i = 0; i < to.Length; i++)
                to[i] = i % 3 == 0 ? 0 : 2 * from[i];
        }
    }

    /// <summary>y = s x, one factor for each column.</summary>
    private sealed class OwnScale(bool fuses, Activation? activation = null) : Layer
    {
        private Parameter? _scale;

        internal int FusedCalls { get; private set; }

        protected internal override Activation? TrailingActivation => activation;

        protected internal override Layer CloneUnbound() => new OwnScale(fuses, (Activation?)activation?.CloneUnbound());

        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            _scale = builder.AddParameter("scale", input, new Constant(1.5f));
            builder.BackwardReads = BackwardReads.Input;
            builder.FusesReLU = fuses;
            return input;
        }

        protected internal override void Forward(in ForwardPass pass)
        {
            FusedCalls += pass.FusesReLU ? 1 : 0;
            for (int i = 0; i < pass.Output.Length; i++)
            {
                float value = pass.Input[i] * _scale!.Values[i % _scale.Shape.Size];
                pass.Output[i] = pass.FusesReLU ? Math.Max(value, 0) : value;
            }
        }

        protected internal override void Backward(in BackwardPass pass)
        {
            FusedCalls += pass.ReLUOutput.IsEmpty ? 0 : 1;
            for (int i = 0; i < pass.InputGradient.Length; i++)
            {
                float value = pass.OutputGradient[i] * _scale!.Values[i % _scale.Shape.Size];
                pass.InputGradient[i] = !pass.ReLUOutput.IsEmpty && !(pass.ReLUOutput[i] > 0) ? 0 : value;
            }
        }

        protected internal override void ComputeParameterGradients(in GradientPass pass)
        {
            int size = _scale!.Shape.Size;
            for (int j = 0; j < pass.Count; j++)
            {
                float sum = 0;
                for (int i = pass.Start + j; i < pass.Rows * size; i += size)
                    sum += pass.Input[i] * pass.OutputGradient[i];
                pass.Gradient[j] = sum;
            }
        }

        protected internal override LayerDescription Describe() => new("OwnScale");
    }

    /// <summary>A kernel of four axes as a matrix [45, 4].</summary>
    private sealed class OwnKernel : Layer
    {
        private int _largestSlice;

        internal int LargestSlice => _largestSlice;

        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            builder.AddParameter("kernel", [3, 3, 5, 4], new GlorotUniform());
            builder.BackwardReads = BackwardReads.Input;
            return [4];
        }

        protected internal override void Forward(in ForwardPass pass)
        {
            ReadOnlySpan<float> kernel = Parameters[0].Values;
            for (int i = 0; i < pass.Output.Length; i++)
            {
                float sum = 0;
                for (int k = 0; k < 45; k++)
                    sum += pass.Input[i / 4 * 45 + k] * kernel[k * 4 + i % 4];
                pass.Output[i] = sum;
            }
        }

        protected internal override void Backward(in BackwardPass pass)
        {
            ReadOnlySpan<float> kernel = Parameters[0].Values;
            for (int i = 0; i < pass.InputGradient.Length; i++)
            {
                float sum = 0;
                for (int k = 0; k < 4; k++)
                    sum += pass.OutputGradient[i / 45 * 4 + k] * kernel[i % 45 * 4 + k];
                pass.InputGradient[i] = sum;
            }
        }

        protected internal override void ComputeParameterGradients(in GradientPass pass)
        {
            InterlockedMax(ref _largestSlice, pass.Count);
            for (int i = 0; i < pass.Gradient.Length; i++)
            {
                float sum = 0;
                for (int row = 0; row < pass.Rows; row++)
                    sum += pass.Input[row * 45 + pass.Start + i / 4] * pass.OutputGradient[row * 4 + i % 4];
                pass.Gradient[i] = sum;
            }
        }

        protected internal override LayerDescription Describe() => new("OwnKernel");

        private static void InterlockedMax(ref int location, int value)
        {
            int seen = Volatile.Read(ref location);
            while (seen < value)
                seen = Interlocked.CompareExchange(ref location, value, seen) is var now && now == seen ? value : now;
        }
    }

    /// <summary>Subtracts each row's median, found by sorting a copy in scratch memory.</summary>
    private sealed class Sorting : Layer
    {
        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            builder.BackwardReads = BackwardReads.Input;
            builder.Scratch(input.Size);
            return input;
        }

        protected internal override void Forward(in ForwardPass pass)
        {
            int size = InputShape.Size;
            for (int row = 0; row < pass.Rows; row++)
            {
                float median = Sorted(pass.Input.Slice(row * size, size), pass.Scratch)[size / 2];
                for (int j = 0; j < size; j++)
                    pass.Output[row * size + j] = pass.Input[row * size + j] - median;
            }
        }

        protected internal override void Backward(in BackwardPass pass)
        {
            int size = InputShape.Size;
            for (int row = 0; row < pass.Rows; row++)
            {
                ReadOnlySpan<float> input = pass.Input.Slice(row * size, size), gradient = pass.OutputGradient.Slice(row * size, size);
                int median = input.IndexOf(Sorted(input, pass.Scratch)[size / 2]);
                float sum = 0;
                foreach (float value in gradient)
                    sum += value;
                gradient.CopyTo(pass.InputGradient[(row * size)..]);
                pass.InputGradient[row * size + median] -= sum;
            }
        }

        protected internal override LayerDescription Describe() => new("Sorting");

        private static Span<float> Sorted(ReadOnlySpan<float> row, Span<float> scratch)
        {
            scratch.Length.Should().Be(row.Length);
            row.CopyTo(scratch);
            scratch.Sort();
            return scratch;
        }
    }
}
