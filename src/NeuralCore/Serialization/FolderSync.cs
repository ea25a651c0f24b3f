using System.Runtime.InteropServices;

namespace NeuralCore.Serialization;

/// <summary>
/// Makes a rename durable by flushing the folder, which on Unix works as for a file; .NET cannot open folders, so this calls libc. Windows
/// has no such call and needs none.
/// </summary>
internal static partial class FolderSync
{
    private const int ReadOnly = 0;

    // Some file systems do not support flushing a folder; that is not an error.
    private const int InvalidArgument = 22;
    private static readonly int NotSupported = OperatingSystem.IsLinux() ? 95 : 45;

    internal static void Sync(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
            throw Failed(folder);
        try
        {
            if (FSync(descriptor) != 0 && Marshal.GetLastPInvokeError() is not InvalidArgument and var error && error != NotSupported)
                throw Failed(folder);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failed(string folder) =>
        new($"{folder}: the folder could not be flushed to disk: {Marshal.GetLastPInvokeErrorMessage()}.", Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
