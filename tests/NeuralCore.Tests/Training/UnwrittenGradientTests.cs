using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>A layer that never writes the gradient of one of its parameters is named at the first step.</summary>
public class UnwrittenGradientTests
{
    [Theory]
    [InlineData("nothing", 0)]
    [InlineData("all but the last", 7)]
    [InlineData("adds", 0)]
    public void The_first_step_names_the_layer_and_the_parameter(string how, int position)
    {
        Sequential model = new([8], [new Forgetful(how), new Dense(3, new Softmax())], seed: 1);
        string before = Weights.Hash(model);
        using Trainer<int> trainer = model.Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        string message = $"forgetful: Forgetful left value {position} of the gradient of forgetful.shift unwritten*Trainable = false*";

        trainer.Invoking(t => t.TrainStep(TestData.Normals(16), [0, 1])).Should().Throw<InvalidOperationException>().WithMessage(message);
        trainer.Invoking(t => t.Fit(TestData.Classes(16, [8], 3))).Should().Throw<InvalidOperationException>().WithMessage(message);
        Weights.Hash(model).Should().Be(before);
        trainer.StepCount.Should().Be(0);
    }

    [Fact]
    public void A_layer_that_writes_everything_or_is_frozen_trains()
    {
        using Trainer<int> writing = new Sequential([8], [new Forgetful("all"), new Dense(3, new Softmax())])
            .Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        writing.TrainStep(TestData.Normals(16), [0, 1]);
        using Trainer<int> frozen = new Sequential([8], [new Forgetful("nothing") { Trainable = false }, new Dense(3, new Softmax())])
            .Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        frozen.TrainStep(TestData.Normals(16), [0, 1]);
    }

    private sealed class Forgetful(string how) : Layer
    {
        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            builder.AddParameter("shift", input, new Zeros());
            return input;
        }

        protected internal override void Forward(in ForwardPass pass) => pass.Input.CopyTo(pass.Output);

        protected internal override void Backward(in BackwardPass pass) => pass.OutputGradient.CopyTo(pass.InputGradient);

        protected internal override void ComputeParameterGradients(in GradientPass pass)
        {
            for (int i = 0; i < pass.Gradient.Length; i++)
            {
                if (how == "adds")
                    pass.Gradient[i] += 1;
                else if (how == "all" || (how == "all but the last" && pass.Start + i < 7))
                    pass.Gradient[i] = 1;
            }
        }

        protected internal override LayerDescription Describe() => new("Forgetful");
    }
}
