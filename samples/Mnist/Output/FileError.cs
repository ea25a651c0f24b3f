namespace NeuralCore.Samples.Mnist.Output;

/// <summary>File-system errors, which end a command with one line instead of a stack trace.</summary>
internal static class FileError
{
    /// <summary>Whether an exception comes from the file system.</summary>
    internal static bool Is(Exception e) => e is IOException or UnauthorizedAccessException || IsTooLong(e);

    /// <summary>The cause, without a full stop.</summary>
    internal static string Reason(Exception e) => IsTooLong(e) ? "the file would be longer than the system allows" : e.Message.TrimEnd('.');

    // FileStream reports EFBIG, the limit on a file's length, as an argument out of range.
    private static bool IsTooLong(Exception e) => e is ArgumentOutOfRangeException { ParamName: "value" };
}
