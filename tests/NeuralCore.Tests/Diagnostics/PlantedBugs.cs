using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Losses;

namespace NeuralCore.Tests.Diagnostics;

/// <summary>What is wrong with a <see cref="BuggyDense"/>.</summary>
public enum Bug
{
    None,
    InputGradientSign,
    InputGradientFactor,
    KernelGradientSign,
    KernelGradientFactor,
    TransposedKernelInBackward,
    BiasGradientForgotten,
    BiasForgottenInForward,
    OneInputGradientElement,
    OneKernelGradientElement,
    NaNInInputGradient,
    NaNInKernelGradient,
    InfiniteBiasGradient,
    GradientAddedToOldContent,
    RowNumberInBlock,
    MeanOverBlock,
    SliceStartIgnored,
    SliceStartCounted,
}

/// <summary>A plain dense layer, square so that a transposed kernel fits, with one bug at a time.</summary>
internal sealed class BuggyDense(int units, Bug bug) : Layer
{
    private Parameter? _kernel;
    private Parameter? _bias;

    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        _kernel = builder.AddParameter("kernel", [input.Size, units], new GlorotUniform());
        _bias = builder.AddParameter("bias", [units], new Zeros());
        builder.BackwardReads = BackwardReads.Input;
        return [units];
    }

    protected internal override void Forward(in ForwardPass pass)
    {
        int inputs = _kernel!.Shape[0];
        for (int row = 0; row < pass.Rows; row++)
        {
            for (int j = 0; j < units; j++)
            {
                float sum = bug == Bug.BiasForgottenInForward ? 0 : _bias!.Values[j];
                for (int i = 0; i < inputs; i++)
                    sum += pass.Input[row * inputs + i] * _kernel.Values[i * units + j];
                if (bug == Bug.RowNumberInBlock)
                    sum *= 1 + 0.01f * row;
                pass.Output[row * units + j] = sum;
            }
        }
    }

    protected internal override void Backward(in BackwardPass pass)
    {
        int inputs = _kernel!.Shape[0];
        float factor = bug switch { Bug.InputGradientSign => -1, Bug.InputGradientFactor => 1.1f, _ => 1 };
        for (int row = 0; row < pass.Rows; row++)
        {
            for (int i = 0; i < inputs; i++)
            {
                float sum = 0;
                for (int j = 0; j < units; j++)
                    sum += pass.OutputGradient[row * units + j] * _kernel.Values[bug == Bug.TransposedKernelInBackward ? j * units + i
                        : i * units + j];
                if (bug == Bug.MeanOverBlock)
                    sum /= pass.Rows;
                if (bug == Bug.RowNumberInBlock)
                    sum *= 1 + 0.01f * row;
                pass.InputGradient[row * inputs + i] = factor * sum;
            }
        }
        if (bug == Bug.OneInputGradientElement && pass.FirstRow == 0)
            pass.InputGradient[2] *= 1.01f;
        if (bug == Bug.NaNInInputGradient && pass.FirstRow == 0)
            pass.InputGradient[3] = float.NaN;
    }

    protected internal override void ComputeParameterGradients(in GradientPass pass)
    {
        int inputs = _kernel!.Shape[0];
        if (pass.Parameter == _bias)
        {
            if (bug == Bug.BiasGradientForgotten)
                return;
            for (int j = 0; j < pass.Count; j++)
            {
                pass.Gradient[j] = 0;
                for (int row = 0; row < pass.Rows; row++)
                    pass.Gradient[j] += pass.OutputGradient[row * units + pass.Start + j];
                if (bug == Bug.InfiniteBiasGradient && pass.Start + j == 1)
                    pass.Gradient[j] = float.PositiveInfinity;
            }
            return;
        }
        float factor = bug switch { Bug.KernelGradientSign => -1, Bug.KernelGradientFactor => 1.1f, Bug.SliceStartCounted =>
            1 + 0.01f * pass.Start, _ => 1 };
        int start = bug == Bug.SliceStartIgnored ? 0 : pass.Start;
        for (int i = 0; i < pass.Count; i++)
        {
            for (int j = 0; j < units; j++)
            {
                float sum = bug == Bug.GradientAddedToOldContent ? pass.Gradient[i * units + j] : 0;
                for (int row = 0; row < pass.Rows; row++)
                {
                    float scale = bug == Bug.RowNumberInBlock ? 1 + 0.01f * row : 1;
                    sum += pass.Input[row * inputs + start + i] * pass.OutputGradient[row * units + j] * scale;
                }
                if (bug == Bug.OneKernelGradientElement && pass.Start + i == 1 && j == 2)
                    sum *= 1.01f;
                if (bug == Bug.NaNInKernelGradient && pass.Start + i == 1 && j == 2)
                    sum = float.NaN;
                pass.Gradient[i * units + j] = factor * sum;
            }
        }
    }

    protected internal override LayerDescription Describe() => new("BuggyDense", $"{units}, {bug}");
}

/// <summary>A layer that multiplies each element by a learned factor, for checks of a user's own layer.</summary>
internal sealed class Scale(float wrongFactor = 1) : Layer
{
    private Parameter? _factors;

    protected internal override Shape Build(Shape input, LayerBuilder builder)
    {
        _factors = builder.AddParameter("factors", input, new Constant(1));
        builder.BackwardReads = BackwardReads.Input;
        return input;
    }

    protected internal override void Forward(in ForwardPass pass)
    {
        for (int i = 0; i < pass.Output.Length; i++)
            pass.Output[i] = pass.Input[i] * _factors!.Values[i % _factors.Shape.Size];
    }

    protected internal override void Backward(in BackwardPass pass)
    {
        for (int i = 0; i < pass.InputGradient.Length; i++)
            pass.InputGradient[i] = wrongFactor * pass.OutputGradient[i] * _factors!.Values[i % _factors.Shape.Size];
    }

    protected internal override void ComputeParameterGradients(in GradientPass pass)
    {
        int size = pass.Parameter.Shape.Size;
        int first = pass.Start * (size / pass.Parameter.Shape[0]);
        for (int i = 0; i < pass.Gradient.Length; i++)
        {
            float sum = 0;
            for (int row = 0; row < pass.Rows; row++)
                sum += pass.Input[row * size + first + i] * pass.OutputGradient[row * size + first + i];
            pass.Gradient[i] = sum;
        }
    }

    protected internal override LayerDescription Describe() => new("Scale");
}

/// <summary>Half the mean squared distance, with or without the batch's divisor.</summary>
internal sealed class SquaredDistance(bool forgetsDivisor = false, bool reducesOverBlock = false) : Loss<float>
{
    public override int TargetWidth(Shape prediction) => prediction.Size;

    protected internal override void CheckTargets(ReadOnlySpan<float> targets, Shape prediction, int firstRow)
    {
    }

    protected internal override void Evaluate(in LossPass<float> pass)
    {
        int size = pass.Predictions.Length / pass.Rows;
        for (int row = 0; row < pass.Rows; row++)
        {
            double sum = 0;
            for (int i = row * size; i < (row + 1) * size; i++)
            {
                float difference = pass.Predictions[i] - pass.Targets[i];
                sum += 0.5 * difference * difference;
                if (!pass.Gradient.IsEmpty)
                    pass.Gradient[i] = difference * (forgetsDivisor ? 1 : reducesOverBlock ? 1f / pass.Rows : pass.GradientScale);
            }
            pass.RowLosses[row] = sum;
        }
    }
}
