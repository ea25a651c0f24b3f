using System.Runtime.InteropServices;

namespace NeuralCore.Tests.Numerics;

/// <summary>
/// Memory between two unreadable pages: one byte read or written outside kills the test run. Canaries where pages cannot be protected.
/// </summary>
internal sealed unsafe class GuardedMemory : IDisposable
{
    private const byte Canary = 0xA5;
    private static readonly nuint Page = (nuint)Environment.SystemPageSize;
    private static readonly bool Protects = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    private readonly byte* _all;
    private readonly nuint _size;

    internal GuardedMemory(int bytes)
    {
        _size = ((nuint)bytes + Page - 1) / Page * Page;
        nuint total = _size + 2 * Page;
        if (Protects)
        {
            const int readWrite = 3, privateMapping = 2;
            int anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;
            _all = (byte*)Map(null, total, readWrite, privateMapping | anonymous, -1, 0);
            if ((nint)_all == -1 || Protect(_all, Page, 0) != 0 || Protect(_all + Page + _size, Page, 0) != 0)
                throw new InvalidOperationException("The system gave no guard pages.");
        }
        else
        {
            _all = (byte*)NativeMemory.AlignedAlloc(total, Page);
        }
        Reset();
    }

    /// <summary>The first byte behind the lower guard.</summary>
    internal byte* Start => _all + Page;

    /// <summary>The upper guard.</summary>
    internal byte* End => _all + Page + _size;

    /// <summary>Room for n floats that ends right before the upper guard.</summary>
    internal float* FloatsAtEnd(int n) => (float*)End - n;

    /// <summary>Room for n floats that ends right before the upper guard or starts right behind the lower one.</summary>
    internal float* Place(int n, bool atEnd) => atEnd ? FloatsAtEnd(n) : (float*)Start;

    internal void Reset()
    {
        if (Protects)
            new Span<byte>(Start, (int)_size).Fill(Canary);
        else
            new Span<byte>(_all, (int)(_size + 2 * Page)).Fill(Canary);
    }

    /// <summary>Whether everything that a test may touch, except the range, is as <see cref="Reset"/> left it.</summary>
    internal bool IsUntouchedOutside(void* from, int bytes)
    {
        byte* first = Protects ? Start : _all;
        byte* end = Protects ? End : _all + _size + 2 * Page;
        var before = new ReadOnlySpan<byte>(first, (int)((byte*)from - first));
        var after = new ReadOnlySpan<byte>((byte*)from + bytes, (int)(end - (byte*)from - bytes));
        return !before.ContainsAnyExcept(Canary) && !after.ContainsAnyExcept(Canary);
    }

    /// <summary>Fails where a guard page was written to; where pages are protected, that has ended the run already.</summary>
    internal void CheckGuards()
    {
        if (!Protects)
            IsUntouchedOutside(Start, (int)_size).Should().BeTrue("nothing is written outside the memory");
    }

    public void Dispose()
    {
        if (Protects)
            _ = Unmap(_all, _size + 2 * Page);
        else
            NativeMemory.AlignedFree(_all);
    }

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(void* address, nuint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(void* address, nuint length);
}
