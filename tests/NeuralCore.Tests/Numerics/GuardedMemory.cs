using System.Runtime.InteropServices;

namespace NeuralCore.Tests.Numerics;

/// <summary>
/// Memory between two pages that may not be touched (Linux), so that a single float read or written outside ends the test run.
/// Elsewhere plain memory with canaries, which find writes only.
/// </summary>
internal sealed unsafe class GuardedMemory : IDisposable
{
    private const float Canary = 7.7e22f;
    private readonly byte* _map;
    private readonly nuint _mapLength;
    private readonly nuint _page = (nuint)Environment.SystemPageSize;
    private readonly int _capacity;

    public GuardedMemory(int minCapacity)
    {
        nuint inner = ((nuint)minCapacity * sizeof(float) + _page - 1) / _page * _page;
        _mapLength = inner + 2 * _page;
        _capacity = (int)(inner / sizeof(float));
        if (OperatingSystem.IsLinux())
        {
            const int readWrite = 3, privateAnonymous = 0x22;
            _map = (byte*)MemoryMap(null, _mapLength, readWrite, privateAnonymous, -1, 0);
            if ((nint)_map == -1 || Protect(_map, _page, 0) != 0 || Protect(_map + _page + inner, _page, 0) != 0)
                throw new InvalidOperationException("mmap or mprotect failed.");
        }
        else
        {
            _map = (byte*)NativeMemory.AlignedAlloc(_mapLength, _page);
            new Span<float>(_map, (int)(_mapLength / sizeof(float))).Fill(Canary);
        }
    }

    /// <summary>Memory of a length that ends (or starts) where the untouchable page does.</summary>
    public float* Place(int length, bool atEnd)
    {
        length.Should().BeLessThanOrEqualTo(_capacity);
        float* start = (float*)(_map + _page);
        return atEnd ? start + (_capacity - length) : start;
    }

    public void CheckCanaries()
    {
        if (OperatingSystem.IsLinux())
            return;
        new Span<float>(_map, (int)(_page / sizeof(float))).ToArray().Should().OnlyContain(x => x == Canary);
        new Span<float>(_map + _mapLength - _page, (int)(_page / sizeof(float))).ToArray().Should().OnlyContain(x => x == Canary);
    }

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
            Unmap(_map, _mapLength);
        else
            NativeMemory.AlignedFree(_map);
    }

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern void* MemoryMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(void* address, nuint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(void* address, nuint length);
}
