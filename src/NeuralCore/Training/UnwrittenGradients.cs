using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Training;

/// <summary>
/// Finds layers that leave a parameter's gradient unwritten, so that it would never train. In the first step, each gradient is filled with
/// a special NaN before it is computed.
/// </summary>
internal static class UnwrittenGradients
{
    // A NaN that arithmetic does not produce; adding to it leaves it unchanged.
    private const int Mark = 0x7FC5_A5A5;

    /// <summary>Computes the gradient of a slice and throws unless all of it was written.</summary>
    /// <exception cref="InvalidOperationException">The layer left a value unwritten, or added to it.</exception>
    internal static void Check(Workspace workspace, Layer layer, StepPartition.Slice slice, int rows, int worker)
    {
        Parameter parameter = slice.Parameter;
        int first = slice.Start * parameter.Stride;
        Span<float> gradient = workspace.ParameterGradients.Span.Slice(parameter.Offset + first, slice.Count * parameter.Stride);
        gradient.Fill(BitConverter.Int32BitsToSingle(Mark));
        workspace.ComputeParameterGradients(slice.Layer, parameter, slice.Start, slice.Count, rows, worker);
        for (int i = 0; i < gradient.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(gradient[i]) == Mark)
            {
                throw new InvalidOperationException(
                    $"{layer.Name}: {layer} left value {first + i} of the gradient of {parameter.FullName} unwritten, "
                    + "so it would never train. "
                    + $"{nameof(Layer.ComputeParameterGradients)} must write every value of its slice, "
                    + "without adding to the previous content. "
                    + "Freeze the layer (Trainable = false) if its parameters are not to be trained.");
            }
        }
    }
}
