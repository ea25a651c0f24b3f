using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace NeuralCore.Data;

/// <summary>
/// Rejects what is not a regular file before it is opened: opening a FIFO blocks until it has a writer, opening a device can do anything,
/// and replacing either destroys it. .NET 10 cannot tell the kind of a path without opening it, so this calls libc. On Windows such paths
/// have a separate namespace.
/// </summary>
internal static unsafe partial class RegularFile
{
    private const int TypeMask = 0xF000;
    private const int Fifo = 0x1000;
    private const int CharacterDevice = 0x2000;
    private const int Folder = 0x4000;
    private const int BlockDevice = 0x6000;
    private const int Regular = 0x8000;
    private const int Socket = 0xC000;

    // Larger than both structures.
    private const int StatusBytes = 512;
    private const int LinuxModeOffset = 28;
    private const int MacModeOffset = 4;
    private const int CurrentFolder = -100;
    private const uint TypeOnly = 1;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, for messages: <c>an IDX file</c>.</param>
    /// <param name="options">How to open it.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder, a device, a FIFO or a socket, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    internal static FileStream OpenRead(string path, string what, FileStreamOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Require(path, what);
        try
        {
            return new FileStream(path, options);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"{path} does not exist: expected {what}.", path, e);
        }
    }

    /// <summary>Throws if the path, after links are followed, is anything but a regular file. A path that does not exist passes.</summary>
    /// <param name="path">The path.</param>
    /// <param name="what">What it should be.</param>
    /// <exception cref="IOException">The path is a folder, a device, a FIFO or a socket.</exception>
    internal static void Require(string path, string what)
    {
        string? kind = Directory.Exists(path) ? "a folder" : OtherKind(path);
        if (kind is not null)
            throw new IOException($"{path} is {kind}: expected {what}.");
    }

    // Null for a regular file, and where the system does not tell: then opening the file gives the system's error.
    private static string? OtherKind(string path)
    {
        int? mode = OperatingSystem.IsLinux() ? LinuxMode(path) : OperatingSystem.IsMacOS() ? MacMode(path) : null;
        return (mode & TypeMask) switch
        {
            null or Regular => null,
            Fifo => "a FIFO (named pipe)",
            CharacterDevice or BlockDevice => "a device",
            Folder => "a folder",
            Socket => "a socket",
            _ => "not a regular file",
        };
    }

    // statx has the same layout on all processors; stat does not.
    [SupportedOSPlatform("linux")]
    private static int? LinuxMode(string path)
    {
        byte* status = stackalloc byte[StatusBytes];
        try
        {
            return StatX(CurrentFolder, path, 0, TypeOnly, status) == 0 ? Unsafe.ReadUnaligned<ushort>(status + LinuxModeOffset) : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return null;
        }
    }

    [SupportedOSPlatform("macos")]
    private static int? MacMode(string path)
    {
        byte* status = stackalloc byte[StatusBytes];
        int result = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? MacStatX64(path, status) : MacStat(path, status);
        return result == 0 ? Unsafe.ReadUnaligned<ushort>(status + MacModeOffset) : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MacStat(string path, byte* status);

    // On x64, the plain name is the structure used before 2007.
    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MacStatX64(string path, byte* status);
}
