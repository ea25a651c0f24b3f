namespace NeuralCore.Samples.Mnist.Commands;

/// <summary>How the program ends.</summary>
internal static class ExitCodes
{
    internal const int Success = 0;

    /// <summary>No data, a broken file, a file that cannot be written, a loss that is not finite.</summary>
    internal const int Failure = 1;

    /// <summary>The command line is wrong.</summary>
    internal const int Usage = 2;

    /// <summary>SIGHUP, the terminal hung up: 128 + 1.</summary>
    internal const int HungUp = 129;

    /// <summary>Ctrl-C: 128 + SIGINT, as shells count.</summary>
    internal const int Interrupted = 130;

    /// <summary>SIGTERM: 128 + 15.</summary>
    internal const int Terminated = 143;
}
