using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Randomness;

namespace NeuralCore.Diagnostics;

/// <summary>Compares the gradients that a layer, a loss or a whole model computes with numeric derivatives of its forward pass.</summary>
/// <example><code>GradientCheck.Layer(new Scale(), [8]).ThrowIfFailed();</code></example>
/// <remarks>
/// <para>The numeric derivative is the four-point stencil <c>(8 (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12h</c>, f being a random
/// projection of the outputs summed in double precision (for a loss, the mean over rows). The step h is chosen for each element: the
/// smallest at which neighbouring steps agree and rounding is negligible, so that neither curvature nor rounding decides the result.</para>
/// <para>An element at a kink, such as a ReLU's at 0, has no derivative: if its left and right slopes differ and the analytic gradient is
/// one of them, the element is counted and excluded.</para>
/// <para>Each check also runs the rows in several splits, and each parameter's gradient in several slices: all bits must agree, because
/// otherwise results would depend on the number of threads.</para>
/// </remarks>
public static class GradientCheck
{
    /// <summary>Checks a layer: the gradients of its input and of all its parameters.</summary>
    /// <param name="layer">The layer, not part of a model yet. Its parameters get random values, its statistics do not.</param>
    /// <param name="input">The shape of one sample that comes in.</param>
    /// <param name="options">How; defaults where left out.</param>
    /// <exception cref="ShapeException">The layer does not accept the shape.</exception>
    public static GradientReport Layer(Layer layer, Shape input, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(input);
        options ??= new GradientCheckOptions();
        options.Check();
        Sequential model = new(input, [layer], options.Seed);
        RandomStream stream = RandomStream.Derive((ulong)options.Seed, RandomPurpose.Diagnostics);
        int draws = 0;
        // Statistics keep their values: a variance is not negative.
        foreach (Parameter parameter in model.Parameters.Where(parameter => !parameter.IsStatistic))
        {
            // Factors of zero would hide errors.
            foreach (ref float value in parameter.Values)
                value += 0.5f * stream.NormalAt((ulong)draws++);
        }
        float[] values = options.Input ?? Normals(options.Rows * input.Size, stream, ref draws);
        float[] projection = new float[CheckedRows(values.Length, input.Size) * model.OutputShape.Size];
        foreach (ref float weight in projection.AsSpan())
        {
            // Away from zero, so that every output counts.
            float draw = 2 * stream.UniformAt((ulong)draws++) - 1;
            weight = draw < 0 ? draw - 0.5f : draw + 0.5f;
        }
        LayerSubject subject = new(model, values, projection);
        return Run(layer.ToString(), subject, options);
    }

    /// <summary>Checks a loss alone: the gradient with respect to the predictions, including the division by the batch size.</summary>
    /// <typeparam name="TTarget">The target type.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="prediction">The shape of one prediction.</param>
    /// <param name="predictions">The predictions: [rows, prediction size].</param>
    /// <param name="targets">The targets: [rows, target width].</param>
    /// <param name="options">How; defaults where left out.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a target is out of range.</exception>
    public static GradientReport Loss<TTarget>(
        Loss<TTarget> loss, Shape prediction, ReadOnlySpan<float> predictions, ReadOnlySpan<TTarget> targets,
        GradientCheckOptions? options = null)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(prediction);
        options ??= new GradientCheckOptions();
        options.Check();
        CheckTargets(loss, prediction, CheckedRows(predictions.Length, prediction.Size), targets);
        LossSubject<TTarget> subject = new(loss, prediction.Size, predictions.ToArray(), targets.ToArray());
        return Run(loss.ToString(), subject, options);
    }

    /// <summary>Checks a whole model with its loss as in training: with the loss fused with the last layer where possible.</summary>
    /// <typeparam name="TTarget">The target type.</typeparam>
    /// <param name="model">The model; its weights are changed and restored.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="input">The rows: [rows, input size].</param>
    /// <param name="targets">Their targets: [rows, target width].</param>
    /// <param name="options">How; defaults where left out.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a target is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is being trained or is predicting on another thread.</exception>
    public static GradientReport Model<TTarget>(
        Sequential model, Loss<TTarget> loss, ReadOnlySpan<float> input, ReadOnlySpan<TTarget> targets,
        GradientCheckOptions? options = null)
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        options ??= new GradientCheckOptions();
        options.Check();
        CheckTargets(loss, model.OutputShape, CheckedRows(input.Length, model.InputShape.Size), targets);
        model.Lock.EnterWrite();
        try
        {
            ModelSubject<TTarget> subject = new(model, loss, input.ToArray(), targets.ToArray());
            return Run($"{model.Name} with {loss}", subject, options);
        }
        finally
        {
            model.Lock.ExitWrite();
        }
    }

    private static GradientReport Run(string subject, GradientSubject checkedSubject, GradientCheckOptions options)
    {
        if (checkedSubject.FindSplitDifference() is { } difference)
            return new GradientReport(subject, [], 0, 0, difference, options);
        DerivativeComparer comparer = new(checkedSubject, options);
        return comparer.Compare(subject);
    }

    private static float[] Normals(int count, RandomStream stream, ref int draws)
    {
        float[] values = new float[count];
        foreach (ref float value in values.AsSpan())
            value = stream.NormalAt((ulong)draws++);
        return values;
    }

    private static int CheckedRows(int length, int size)
    {
        if (length == 0 || length % size != 0)
            throw new ArgumentException($"A check needs one or more whole rows of {size} values; got {length}.");
        return length / size;
    }

    private static void CheckTargets<TTarget>(Loss<TTarget> loss, Shape prediction, int rows, ReadOnlySpan<TTarget> targets)
        where TTarget : unmanaged
    {
        int width = loss.TargetWidth(prediction);
        if (targets.Length != (long)rows * width)
            throw new ArgumentException($"{rows} rows need {rows} x {width} targets for {loss}, got {targets.Length}.", nameof(targets));
        loss.CheckTargets(targets, prediction, 0);
    }
}
