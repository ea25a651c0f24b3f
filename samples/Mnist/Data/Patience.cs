namespace NeuralCore.Samples.Mnist.Data;

/// <summary>Waits with a time limit.</summary>
internal static class Patience
{
    /// <summary>Starts a task and waits for it, at most <paramref name="limit"/>.</summary>
    /// <exception cref="TimeoutException">It took too long.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    internal static async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> start, TimeSpan limit, CancellationToken cancellation)
    {
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.CancelAfter(limit);
        try
        {
            return await start(source.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"sent nothing for {limit.TotalSeconds:0.#} s");
        }
    }
}
