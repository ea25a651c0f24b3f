using System.Runtime.InteropServices;
using NeuralCore.Numerics;

namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>oneDNN's dnnl_sgemm (row-major) on one thread, limited to NeuralCore's vector width.</summary>
internal sealed unsafe class OneDnn : IGemmPeer
{
    internal const string Package = "libdnnl2";

    // dnnl_cpu_isa_avx2 and dnnl_cpu_isa_sse41 of dnnl_types.h.
    private const int Avx2 = 0x7;
    private const int Sse41 = 0x1;

    private readonly delegate* unmanaged<byte, byte, long, long, long, float, float*, long, float*, long, float, float*, long, int> _sgemm;

    private OneDnn(nint library)
    {
        int limit = InstructionSet.Current switch
        {
            VectorPath.Vector512 => 0,
            VectorPath.Vector256 => Avx2,
            _ => Sse41,
        };
        if (limit != 0 && NativeLibrary.TryGetExport(library, "dnnl_set_max_cpu_isa", out nint setMax))
            _ = ((delegate* unmanaged<int, int>)setMax)(limit);
        NativePeer.UseOneOpenMpThread();
        _sgemm = (delegate* unmanaged<byte, byte, long, long, long, float, float*, long, float*, long, float, float*, long, int>)
            NativeLibrary.GetExport(library, "dnnl_sgemm");

        int* version = ((delegate* unmanaged<int*>)NativeLibrary.GetExport(library, "dnnl_version"))();
        string isa = "?";
        if (NativeLibrary.TryGetExport(library, "dnnl_get_effective_cpu_isa", out nint effective)
            && NativeLibrary.TryGetExport(library, "dnnl_cpu_isa2str", out nint toText))
            isa = Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)toText)(((delegate* unmanaged<int>)effective)())) ?? "?";
        Version = $"oneDNN {version[0]}.{version[1]}.{version[2]} ({isa}, 1 thread)";
    }

    public string Name => "oneDNN";

    public string Version { get; }

    internal static OneDnn? TryLoad() =>
        NativePeer.TryLoad(["libdnnl.so.2", "libdnnl.so.3", "libdnnl.so"], out nint library, out _) ? new OneDnn(library) : null;

    public void Multiply(float[] a, float[] b, float[] c, GemmShape shape)
    {
        int status;
        fixed (float* pa = a, pb = b, pc = c)
        {
            status = _sgemm(
                (byte)(shape.TransposeA ? 'T' : 'N'), (byte)(shape.TransposeB ? 'T' : 'N'), shape.M, shape.N, shape.K,
                1, pa, shape.StrideA, pb, shape.StrideB, 0, pc, shape.N);
        }
        if (status != 0)
            throw new ComparisonException($"dnnl_sgemm returned {status} for {shape}.");
    }
}
