using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>Sixteen columns at a time, fewer at the right edge.</summary>
internal static unsafe class ColumnLanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Load<T>(float* source, int count, float fill = 0)
        where T : struct, ILanes<T> => count == LaneMath.Width ? T.Load(source) : T.LoadPartial(source, count, fill);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<T>(T value, float* destination, int count)
        where T : struct, ILanes<T>
    {
        if (count == LaneMath.Width)
            T.Store(value, destination);
        else
            T.StorePartial(value, destination, count);
    }

    /// <summary>
    /// Adds a term to a sum and what rounding lost to <paramref name="error"/>: <c>sum + error</c> is as good as a sum in double.
    /// </summary>
    /// <remarks>D. E. Knuth's TwoSum; T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product", 2005.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add<T>(ref T sum, ref T error, T term)
        where T : struct, ILanes<T>
    {
        T total = sum + term;
        T added = total - sum;
        error += (sum - (total - added)) + (term - added);
        sum = total;
    }
}
