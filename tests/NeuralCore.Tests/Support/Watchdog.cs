namespace NeuralCore.Tests.Support;

/// <summary>Turns a deadlock into a failed test.</summary>
internal static class Watchdog
{
    internal static void Run(Action action)
    {
        Task task = Task.Run(action);
        // Not task.Wait(timeout): it would wrap the test's own exception.
        if (Task.WhenAny(task, Task.Delay(TimeSpan.FromSeconds(10))).Result != task)
            throw new TimeoutException("Nothing moved for 10 seconds: a deadlock.");
        task.GetAwaiter().GetResult();
    }
}
