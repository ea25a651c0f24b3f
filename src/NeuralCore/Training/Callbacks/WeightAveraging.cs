using System.Globalization;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Numerics;
using NeuralCore.Serialization;

namespace NeuralCore.Training;

/// <summary>
/// Keeps an average of the weights beside the weights that are trained, validates with it, and leaves it in the model at the end. Its state
/// is part of checkpoints.
/// </summary>
/// <remarks>
/// Trained parameters are averaged. Frozen ones and the running statistics of normalisation layers are those of the trained model.
/// Training itself never sees the average: a checkpoint written during the fit contains the trained weights and the average.
/// <see cref="EarlyStopping"/> keeps and restores the weights that the validation used; what it restores at the end stays.
/// </remarks>
public abstract unsafe class WeightAveraging : Callback
{
    private const string AverageName = "average";
    private const string CountName = "updates";

    private Sequential? _model;
    private Parameter[] _trainable = [];
    private AlignedBuffer? _average;
    private float[]? _trained;
    private bool _isSwappedIn;

    private protected WeightAveraging(bool validate, bool swapAtEnd)
    {
        Validate = validate;
        SwapAtEnd = swapAtEnd;
    }

    /// <summary>Whether validation during the fit uses the averaged weights.</summary>
    public bool Validate { get; }

    /// <summary>Whether the averaged weights replace the trained ones when the fit ends.</summary>
    public bool SwapAtEnd { get; }

    /// <summary>How many times the average has been updated.</summary>
    public long UpdateCount { get; private set; }

    /// <summary>Whether validation uses the average now.</summary>
    internal bool IsValidated => Validate && UpdateCount > 0;

    /// <summary>A copy of the model with the averaged weights; between steps of the fit and after it.</summary>
    /// <exception cref="InvalidOperationException">Nothing has been averaged yet, or the call comes from within a step.</exception>
    public Sequential CreateModel()
    {
        if (_model is null || UpdateCount == 0)
            throw new InvalidOperationException($"{GetType().Name}: there is no average before the first update.");
        Sequential copy = _model.Clone();
        CopyAverage(copy.Store.Values.Span);
        return copy;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The fit has two callbacks that average weights.</exception>
    public override void OnFitBegin(FitContext context)
    {
        if (context.Averaging is not null && context.Averaging != this)
            throw new InvalidOperationException(
                $"The fit averages weights twice, by {context.Averaging.GetType().Name} and {GetType().Name}. Use one of them.");
        context.Averaging = this;
        _model = context.Model;
        _trainable = _model.Parameters.Where(parameter => parameter.IsTrainable).ToArray();
        _average = new AlignedBuffer(_model.Store.Values.Length);
        (_trained, _isSwappedIn) = (null, false);
        _model.Store.Values.Span.CopyTo(_average.Span);
        UpdateCount = 0;
    }

    /// <inheritdoc/>
    public override void OnFitEnd(FitContext context, TrainingHistory history)
    {
        if (SwapAtEnd && UpdateCount > 0 && !context.HasRestoredWeights)
            CopyAverage(context.Model.Store.Values.Span);
    }

    /// <inheritdoc/>
    public override void SaveState(CallbackState state)
    {
        state.Set(CountName, UpdateCount);
        if (UpdateCount == 0)
            return;
        float[] packed = new float[_model!.ParameterCount];
        PackedParameters.Pack(_model, _average!.Span, packed);
        state.Set(AverageName, packed);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The state is not valid for this model.</exception>
    public override void LoadState(CallbackState state)
    {
        double count = state.GetNumber(CountName);
        Require(count >= 0 && count < 1L << 53 && count == Math.Floor(count), $"{count} updates");
        if (count > 0)
        {
            ReadOnlySpan<float> packed = state.GetArray(AverageName);
            Require(packed.Length == _model!.ParameterCount, $"{packed.Length} weights, and the model has {_model.ParameterCount}");
            Require(packed.IndexOfAnyNonFinite() < 0, $"a weight is not finite");
            PackedParameters.Unpack(_model, packed, _average!.Span);
        }
        UpdateCount = (long)count;
    }

    internal override void OnValidationBegin(FitContext context)
    {
        if (!IsValidated)
            return;
        Span<float> weights = context.Model.Store.Values.Span;
        _trained ??= new float[weights.Length];
        weights.CopyTo(_trained);
        CopyAverage(weights);
        _isSwappedIn = true;
    }

    internal override void OnValidationEnd(FitContext context)
    {
        if (_isSwappedIn)
            _trained.CopyTo(context.Model.Store.Values.Span);
        _isSwappedIn = false;
    }

    /// <summary>All weights as validation sees them, in the layout of the model's memory.</summary>
    internal float[] ValidatedWeights()
    {
        float[] weights = _model!.Store.Values.Span.ToArray();
        CopyAverage(weights);
        return weights;
    }

    /// <summary>Moves the average by a share of its distance to the weights.</summary>
    private protected void Update(double share)
    {
        // Exactly, whatever the average was before: w - average would be rounded.
        if (share == 1)
            _model!.Store.Values.Span.CopyTo(_average!.Span);
        foreach (Parameter parameter in share == 1 ? [] : _trainable)
            AverageKernel.Update(_average!.Pointer + parameter.Offset, parameter.Pointer, parameter.Shape.Size, (float)share);
        UpdateCount++;
    }

    private void CopyAverage(Span<float> weights)
    {
        foreach (Parameter parameter in _trainable)
            _average!.Span.Slice(parameter.Offset, parameter.Shape.Size).CopyTo(weights[parameter.Offset..]);
    }

    private void Require(bool isSound, FormattableString found)
    {
        if (!isSound)
            throw new ArgumentException(
                $"The checkpoint's state of {GetType().Name} is not valid: {found.ToString(CultureInfo.InvariantCulture)}.");
    }
}
