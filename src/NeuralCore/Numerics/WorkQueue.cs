using System.Runtime.CompilerServices;

namespace NeuralCore.Numerics;

/// <summary>
/// Deals the items 0 to n - 1 of a phase out to workers: each has a share of its own, the same one every time, so that it finds its data in
/// its cache; who is done takes from the others. Which worker an item goes to never changes a result.
/// </summary>
internal sealed class WorkQueue
{
    // One cache line a worker, so that taking an item disturbs nobody.
    private const int Padding = 16;

    private readonly int _workers;
    private readonly int[] _next;
    private readonly int[] _end;

    internal WorkQueue(int workers)
    {
        _workers = workers;
        _next = new int[workers * Padding];
        _end = new int[workers];
    }

    /// <summary>Puts all items back; while no worker takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Reset(int items)
    {
        for (int worker = 0; worker < _workers; worker++)
        {
            _next[worker * Padding] = (int)((long)items * worker / _workers);
            _end[worker] = (int)((long)items * (worker + 1) / _workers);
        }
    }

    /// <summary>
    /// Takes the next items of the worker's share, or of another's: half of what is left there, so that the last are small and all workers
    /// end together.
    /// </summary>
    /// <param name="worker">Who takes.</param>
    /// <param name="smallest">How many items to take at least, while there are as many.</param>
    /// <param name="largest">How many to take at most.</param>
    /// <param name="first">The first item taken.</param>
    /// <param name="count">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool TryTake(int worker, int smallest, int largest, out int first, out int count)
    {
        for (int i = 0; i < _workers; i++)
        {
            int share = worker + i < _workers ? worker + i : worker + i - _workers;
            ref int next = ref _next[share * Padding];
            for (first = Volatile.Read(ref next); first < _end[share]; first = Volatile.Read(ref next))
            {
                int left = _end[share] - first;
                count = Math.Min(Math.Clamp((left + 1) / 2, smallest, largest), left);
                if (Interlocked.CompareExchange(ref next, first + count, first) == first)
                    return true;
            }
        }
        first = -1;
        count = 0;
        return false;
    }

    /// <summary>Takes the next item of the worker's share, or of another's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool TryTake(int worker, out int item) => TryTake(worker, smallest: 1, largest: 1, out item, out _);
}
