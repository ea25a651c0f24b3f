namespace NeuralCore.Samples.Mnist.Commands;

/// <summary>The exit codes of the program.</summary>
internal static class ExitCodes
{
    internal const int Success = 0;

    /// <summary>No data, a malformed file, a file that cannot be written, or a loss that is not finite.</summary>
    internal const int Failure = 1;

    /// <summary>The command line is wrong.</summary>
    internal const int Usage = 2;

    /// <summary>SIGHUP, the terminal hung up: 128 + 1.</summary>
    internal const int HungUp = 129;

    /// <summary>Ctrl-C: 128 + 2 (SIGINT), as in shells.</summary>
    internal const int Interrupted = 130;

    /// <summary>SIGTERM: 128 + 15.</summary>
    internal const int Terminated = 143;
}
