namespace NeuralCore.Samples.Mnist.Output;

/// <summary>What a file system refuses: the errors that end a command with one line instead of a stack trace.</summary>
internal static class FileError
{
    /// <summary>Whether an exception is the file system's.</summary>
    internal static bool Is(Exception e) => e is IOException or UnauthorizedAccessException || IsTooLong(e);

    /// <summary>Why, without a full stop.</summary>
    internal static string Reason(Exception e) => IsTooLong(e) ? "the file would be longer than the system allows" : e.Message.TrimEnd('.');

    // FileStream reports EFBIG, a limit on the length of files, as an argument out of range.
    private static bool IsTooLong(Exception e) => e is ArgumentOutOfRangeException { ParamName: "value" };
}
