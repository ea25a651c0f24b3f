using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>The arrays of an optimizer's update; those a rule does not use are null.</summary>
internal readonly unsafe struct UpdateArrays(float* weights, float* gradients, float* first, float* second = null, float* third = null)
{
    internal readonly float* Weights = weights;
    internal readonly float* Gradients = gradients;
    internal readonly float* First = first;
    internal readonly float* Second = second;
    internal readonly float* Third = third;
}

/// <summary>The elementwise update of an optimizer, in one pass over its arrays.</summary>
internal interface IUpdateRule
{
    /// <summary>Updates whole blocks of <see cref="LaneMath.Width"/> values.</summary>
    /// <returns>Whether every new value is finite. Ones in all arrays must give finite values.</returns>
    bool Run<T>(in UpdateArrays arrays, nint n)
        where T : struct, ILanes<T>;
}

/// <summary>A setting of a rule that is compiled in.</summary>
internal interface IFlag
{
    static abstract bool IsSet { get; }
}

/// <summary>A setting that is on.</summary>
internal readonly struct On : IFlag
{
    public static bool IsSet => true;
}

/// <summary>A setting that is off.</summary>
internal readonly struct Off : IFlag
{
    public static bool IsSet => false;
}

/// <summary>Runs an update rule over arrays of any length.</summary>
internal static unsafe class UpdateKernel
{
    /// <returns>Whether every new value is finite.</returns>
    internal static bool Run<TRule>(TRule rule, in UpdateArrays arrays, nint n)
        where TRule : struct, IUpdateRule => Run(InstructionSet.Current, rule, arrays, n);

    internal static bool Run<TRule>(VectorPath path, TRule rule, in UpdateArrays arrays, nint n)
        where TRule : struct, IUpdateRule => Dispatch.Run<Operation<TRule>, bool>(path, new(rule, arrays, n));

    // The values behind the last whole block go through a block of their own, filled up with ones, so that a rule is written once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool RunRest<TRule, T>(TRule rule, in UpdateArrays arrays, nint start, int count)
        where TRule : struct, IUpdateRule
        where T : struct, ILanes<T>
    {
        const int width = LaneMath.Width;
        float* block = stackalloc float[5 * width];
        new Span<float>(block, 5 * width).Fill(1);
        Copy(arrays.Weights, start, block, 0, count);
        Copy(arrays.Gradients, start, block + width, 0, count);
        Copy(arrays.First, start, block + 2 * width, 0, count);
        Copy(arrays.Second, start, block + 3 * width, 0, count);
        Copy(arrays.Third, start, block + 4 * width, 0, count);
        bool isFinite = rule.Run<T>(new UpdateArrays(block, block + width, block + 2 * width, block + 3 * width, block + 4 * width), width);
        Copy(block, 0, arrays.Weights, start, count);
        Copy(block + 2 * width, 0, arrays.First, start, count);
        Copy(block + 3 * width, 0, arrays.Second, start, count);
        Copy(block + 4 * width, 0, arrays.Third, start, count);
        return isFinite;
    }

    private static void Copy(float* from, nint fromStart, float* to, nint toStart, int count)
    {
        if (from is null || to is null)
            return;
        for (int i = 0; i < count; i++)
            to[toStart + i] = from[fromStart + i];
    }

    private readonly struct Operation<TRule>(TRule rule, UpdateArrays arrays, nint n) : ILaneOperation<bool>
        where TRule : struct, IUpdateRule
    {
        public bool Run<T>()
            where T : struct, ILanes<T>
        {
            nint whole = n - n % LaneMath.Width;
            bool isFinite = rule.Run<T>(arrays, whole);
            return whole == n ? isFinite : isFinite & RunRest<TRule, T>(rule, arrays, whole, (int)(n - whole));
        }
    }
}
