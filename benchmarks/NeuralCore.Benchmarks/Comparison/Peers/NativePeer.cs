using System.Runtime.InteropServices;

namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>Functions shared by all peers in native libraries.</summary>
internal static partial class NativePeer
{
    /// <summary>Loads the first of several libraries that exists.</summary>
    internal static bool TryLoad(IEnumerable<string> names, out nint library, out string name)
    {
        foreach (string candidate in names)
        {
            if (NativeLibrary.TryLoad(candidate, out library))
            {
                name = candidate;
                return true;
            }
        }
        (library, name) = (0, "");
        return false;
    }

    /// <summary>Sets an environment variable for native code; .NET works on a copy of the environment.</summary>
    internal static void SetEnvironment(string name, string? value)
    {
        Environment.SetEnvironmentVariable(name, value);
        _ = value is null ? Unset(name) : Set(name, value, 1);
    }

    /// <summary>Limits OpenMP to one thread for calls from this thread.</summary>
    internal static unsafe void UseOneOpenMpThread()
    {
        if (TryLoad(["libgomp.so.1", "libomp.so.5"], out nint library, out _)
            && NativeLibrary.TryGetExport(library, "omp_set_num_threads", out nint set))
            ((delegate* unmanaged<int, void>)set)(1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unset(string name);
}
