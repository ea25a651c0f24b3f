namespace NeuralCore.Numerics;

/// <summary>
/// What kernels do with vectors of floats, of any width. Each is a single IEEE operation per lane, so every width computes the same bits
/// (NaN payloads excepted).
/// </summary>
/// <typeparam name="TVector">
/// The vector. Kernels hold their accumulators in locals of this very type: one inside a struct of its own would be copied at each
/// operation.
/// </typeparam>
internal unsafe interface IVectorOperations<TVector>
{
    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector left, TVector right);

    /// <summary><c>left * right + addend</c>, rounded once.</summary>
    static abstract TVector FusedMultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary><c>left &gt; right ? left : right</c>: the second operand when either is NaN or both are zeros.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary><c>left &gt; right ? chosen : +0</c>.</summary>
    static abstract TVector WhereGreater(TVector left, TVector right, TVector chosen);
}
