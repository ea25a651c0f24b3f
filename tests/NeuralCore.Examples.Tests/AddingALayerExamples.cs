using NeuralCore.Diagnostics;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Training;

namespace NeuralCore.Examples.Tests;

/// <summary>The code blocks of docs/adding-a-layer.md, in its order. A test compares them with the file.</summary>
public class AddingALayerExamples
{
    // example
    public sealed class HardTanh(float limit = 1, string? name = null) : Activation(name)
    {
        protected override Shape Build(Shape input, LayerBuilder builder)
        {
            builder.BackwardReads = BackwardReads.Output;   // y is at the limit where x is beyond it
            builder.CanRunInPlace = true;                   // each element is read before it is written
            return input;
        }

        protected override void Forward(in ForwardPass pass)
        {
            for (int i = 0; i < pass.Output.Length; i++)
                pass.Output[i] = Math.Clamp(pass.Input[i], -limit, limit);
        }

        protected override void Backward(in BackwardPass pass)
        {
            for (int i = 0; i < pass.InputGradient.Length; i++)
                pass.InputGradient[i] = Math.Abs(pass.Output[i]) < limit ? pass.OutputGradient[i] : 0;
        }

        protected override LayerDescription Describe() => new LayerDescription("HardTanh", $"{limit}").With("limit", limit);
    }
    // end

    // example
    public sealed class Scale(string? name = null) : Layer(name)
    {
        private Parameter _scale = null!;

        protected override Shape Build(Shape input, LayerBuilder builder)
        {
            if (input.Rank != 1)
                throw builder.Reject("a vector", input, "Put a Flatten before it.");
            _scale = builder.AddParameter("scale", input, new Constant(1));
            builder.BackwardReads = BackwardReads.Input;
            return input;
        }

        protected override void Forward(in ForwardPass pass)
        {
            ReadOnlySpan<float> scale = _scale.Values;
            for (int i = 0; i < pass.Output.Length; i++)
                pass.Output[i] = scale[i % scale.Length] * pass.Input[i];
        }

        protected override void Backward(in BackwardPass pass)
        {
            ReadOnlySpan<float> scale = _scale.Values;
            for (int i = 0; i < pass.InputGradient.Length; i++)
                pass.InputGradient[i] = scale[i % scale.Length] * pass.OutputGradient[i];
        }

        protected override void ComputeParameterGradients(in GradientPass pass)
        {
            int width = _scale.Shape.Size;
            for (int j = 0; j < pass.Count; j++)
            {
                float sum = 0;
                for (int i = pass.Start + j; i < pass.Rows * width; i += width)
                    sum += pass.Input[i] * pass.OutputGradient[i];
                pass.Gradient[j] = sum;
            }
        }

        protected override LayerDescription Describe() => new("Scale");
    }
    // end

    [Fact]
    public void The_layers_pass_the_gradient_check()
    {
        // example
        GradientCheck.Layer(new HardTanh(0.5f), [8]).ThrowIfFailed();
        GradientCheck.Layer(new Scale(), [8]).ThrowIfFailed();
        // end
    }

    [Fact]
    public void The_layers_train_in_a_model()
    {
        // example
        var model = new Sequential([8], [new Scale(), new Dense(16, new HardTanh()), new Dense(3, new Softmax())]);
        using var trainer = model.Compile(new Adam(), new SparseCategoricalCrossEntropy());
        // end

        float[] input = new float[4 * 8];
        for (int i = 0; i < input.Length; i++)
            input[i] = (i * 7 % 11 - 5) / 4f;
        double first = trainer.TrainStep(input, [0, 1, 2, 0]);
        for (int step = 0; step < 300; step++)
            trainer.TrainStep(input, [0, 1, 2, 0]);
        trainer.TrainStep(input, [0, 1, 2, 0]).Should().BeLessThan(first / 2);
        model.Clone().Predict(input).Should().Equal(model.Predict(input));
        model.Parameters[0].FullName.Should().Be("scale.scale");
        model.Layers[1].ToString().Should().Be("Dense(16, HardTanh(1))");
    }

    [Fact]
    public void A_factory_rebuilds_the_layers()
    {
        // example
        LayerFactory factory = LayerFactory.BuiltIn
            .With("HardTanh", (description, name) => new HardTanh((float)description.GetDouble("limit"), name))
            .With("Scale", (_, name) => new Scale(name));
        // end

        LayerDescription clamped = new LayerDescription("HardTanh").With("limit", 0.25);
        factory.Create(clamped).ToString().Should().Be("HardTanh(0.25)");
        factory.Create(new LayerDescription("Scale"), "first").Name.Should().Be("first");
    }

    [Fact]
    public void A_scale_says_what_it_takes()
    {
        Action build = () => _ = new Sequential([2, 3], [new Scale()]);

        build.Should().Throw<ShapeException>().WithMessage("scale: Scale expects a vector, got [2, 3]. Put a Flatten before it.");
    }
}
