using NeuralCore.Numerics;
using NeuralCore.Tests.Layers;

namespace NeuralCore.Tests.Numerics;

/// <summary>The elementary functions of lanes, by name, with what they should give: references in double precision.</summary>
internal static unsafe class LaneFunctions
{
    private static readonly Dictionary<string, (Action<VectorPath, float[], float[]> Run, Func<double, double> Reference)> All = new()
    {
        ["Exp"] = (Run<ExpFunction>, Math.Exp),
        ["Log"] = (Run<LogFunction>, Math.Log),
        ["Log1p"] = (Run<Log1pFunction>, Log1p),
        ["Softplus"] = (Run<SoftplusFunction>, x => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)))),
        ["Sigmoid"] = (Run<SigmoidFunction>, x => x > 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x))),
        ["Tanh"] = (Run<TanhFunction>, Math.Tanh),
        ["Expm1"] = (Run<Expm1Function>, Expm1),
        ["NormalCdf"] = (Run<NormalCdfFunction>, NormalReference.Cdf),
        ["NormalDensity"] = (Run<NormalDensityFunction>, NormalReference.Density),
    };

    internal static IEnumerable<string> Names => All.Keys;

    internal static double Reference(string name, float x) => All[name].Reference(x);

    /// <summary>The function's values; the length is a multiple of sixteen.</summary>
    internal static float[] Compute(VectorPath path, string name, float[] x)
    {
        float[] y = new float[x.Length];
        All[name].Run(path, x, y);
        return y;
    }

    /// <summary>
    /// The largest error in units of the last place of the exact value, and where it is. Infinities, NaN and the sign of zero must be the
    /// exact value's, rounded to float.
    /// </summary>
    internal static (double Ulps, float At) WorstError(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Func<float, double> exact)
    {
        (double Ulps, float At) worst = default;
        for (int i = 0; i < x.Length; i++)
        {
            double expected = exact(x[i]);
            float rounded = (float)expected;
            double error;
            if (!float.IsFinite(rounded) || rounded == 0 || !float.IsFinite(y[i]) || y[i] == 0)
                error = Kernels.Bits(y[i]) == Kernels.Bits(rounded) ? 0 : InUlps(y[i], expected);
            else
                error = float.IsNegative(y[i]) == float.IsNegative(rounded) ? InUlps(y[i], expected) : double.PositiveInfinity;
            if (!(error <= worst.Ulps))
                worst = (error, x[i]);
        }
        return worst;

        // An infinity or NaN that should be none is infinitely wrong; a zero may stand for a subnormal next to it, and the other way round.
        static double InUlps(float y, double expected)
        {
            if (!float.IsFinite(y) || !double.IsFinite(expected) || float.IsNegative(y) != double.IsNegative(expected))
                return double.PositiveInfinity;
            int exponent = Math.Max(expected == 0 ? -126 : Math.ILogB(expected), -126);
            return Math.Abs(y - expected) / Math.ScaleB(1, exponent - 23);
        }
    }

    // W. Kahan's way to make both from functions that round: the error of the inner one cancels.
    private static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 || double.IsPositiveInfinity(u) ? x : Math.Log(u) * x / (u - 1);
    }

    private static double Expm1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1)
            return x;
        return u - 1 == -1 || double.IsInfinity(u) ? u - 1 : (u - 1) * x / Math.Log(u);
    }

    private static void Run<TFunction>(VectorPath path, float[] x, float[] y)
        where TFunction : struct, ILaneFunction
    {
        fixed (float* source = x, target = y)
            Dispatch.Run(path, new Operation<TFunction>(source, target, x.Length));
    }

    private interface ILaneFunction
    {
        static abstract T Apply<T>(T x)
            where T : struct, ILanes<T>;
    }

    private readonly struct Operation<TFunction>(float* x, float* y, int n) : ILaneOperation
        where TFunction : struct, ILaneFunction
    {
        public void Run<T>()
            where T : struct, ILanes<T>
        {
            for (int i = 0; i < n; i += LaneMath.Width)
                T.Store(TFunction.Apply(T.Load(x + i)), y + i);
        }
    }

    private struct ExpFunction : ILaneFunction
    {
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Exp(x);
    }

    private struct LogFunction : ILaneFunction
    {
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Log(x);
    }

    private struct Log1pFunction : ILaneFunction
    {
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Log1p(x);
    }

    private struct SoftplusFunction : ILaneFunction
    {
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Softplus(x);
    }

    private struct SigmoidFunction : ILaneFunction
    {
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Sigmoid(x);
    }

    private struct TanhFunction : ILaneFunction
    {
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Tanh(x);
    }

    private struct Expm1Function : ILaneFunction
    {
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => LaneMath.Expm1(x);
    }

    private struct NormalCdfFunction : ILaneFunction
    {
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => LaneMath.NormalCdf(x, out _);
    }

    private struct NormalDensityFunction : ILaneFunction
    {
        public static T Apply<T>(T x)
            where T : struct, ILanes<T>
        {
            LaneMath.NormalCdf(x, out T density);
            return density;
        }
    }
}
