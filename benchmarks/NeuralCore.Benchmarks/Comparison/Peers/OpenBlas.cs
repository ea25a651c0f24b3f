using System.Runtime.InteropServices;

namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>OpenBLAS' cblas_sgemm on one thread.</summary>
internal sealed unsafe class OpenBlas : IGemmPeer
{
    internal const string Package = "libopenblas0-pthread";

    private const int RowMajor = 101;
    private const int NoTranspose = 111;
    private const int Transpose = 112;

    // Includes the file itself: a link of the alternatives system may be missing or lead to another BLAS.
    private static readonly string[] Libraries =
    [
        "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0",
        "/usr/lib/aarch64-linux-gnu/openblas-pthread/libopenblas.so.0",
        "libopenblas.so.0",
    ];

    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemm;

    private OpenBlas(nint library)
    {
        _sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)
            NativeLibrary.GetExport(library, "cblas_sgemm");
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads"))(1);
        Core = Text(library, "openblas_get_corename");
        Version = $"{Text(library, "openblas_get_config")} (core {Core}, 1 thread)";
    }

    public string Name => "OpenBLAS";

    public string Version { get; }

    internal string Core { get; }

    /// <summary>Loads OpenBLAS with the given kernels; null if it is not installed.</summary>
    internal static OpenBlas? TryLoad(string core)
    {
        NativePeer.SetEnvironment(Machine.OpenBlasCoreVariable, OpenBlasCore.Variable(core));
        if (!NativePeer.TryLoad(Libraries, out nint library, out string name))
            return null;
        OpenBlas peer = new(library);
        if (core != OpenBlasCore.Auto || OpenBlasCore.Correction(peer.Core) is not { } better)
            return peer;

        // A library chooses its kernels once, when it is loaded; a copy of the file is loaded as another library.
        NativePeer.SetEnvironment(Machine.OpenBlasCoreVariable, better);
        string copy = Path.Combine(Path.GetTempPath(), $"openblas-{Environment.ProcessId}.so");
        try
        {
            File.Copy(name, copy, overwrite: true);
            return NativePeer.TryLoad([copy], out nint second, out _) ? new OpenBlas(second) : peer;
        }
        catch (IOException)
        {
            return peer;
        }
        finally
        {
            File.Delete(copy);
        }
    }

    public void Multiply(float[] a, float[] b, float[] c, GemmShape shape)
    {
        fixed (float* pa = a, pb = b, pc = c)
        {
            _sgemm(
                RowMajor, shape.TransposeA ? Transpose : NoTranspose, shape.TransposeB ? Transpose : NoTranspose,
                shape.M, shape.N, shape.K, 1, pa, shape.StrideA, pb, shape.StrideB, 0, pc, shape.N);
        }
    }

    private static string Text(nint library, string function) =>
        NativeLibrary.TryGetExport(library, function, out nint export)
            ? Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)export)())?.Trim() ?? "?"
            : "?";
}
