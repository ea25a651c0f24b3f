namespace NeuralCore.Samples.Mnist.Data;

/// <summary>The addresses from which MNIST can be downloaded.</summary>
internal static class Mirrors
{
    internal const string EnvironmentVariable = "NEURALCORE_MIRRORS";

    /// <summary>The value of the variable that disables downloads.</summary>
    internal const string None = "none";

    internal static readonly IReadOnlyList<Uri> Public =
    [
        new("https://ossci-datasets.s3.amazonaws.com/mnist/"),
        new("https://storage.googleapis.com/cvdf-datasets/mnist/"),
    ];

    /// <summary>The public mirrors, or those of the environment variable: addresses separated by spaces, or <c>none</c>.</summary>
    /// <exception cref="SampleException">The variable holds something else.</exception>
    internal static IReadOnlyList<Uri> FromEnvironment()
    {
        string? value = Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (string.IsNullOrWhiteSpace(value))
            return Public;
        return value.Trim() == None ? [] : value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToArray();
    }

    private static Uri Parse(string address)
    {
        // Without a final slash, resolving a file name would replace the last segment.
        string folder = address.EndsWith('/') ? address : address + "/";
        return Uri.TryCreate(folder, UriKind.Absolute, out Uri? uri)
            && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            ? uri
            : throw new SampleException(
                $"{EnvironmentVariable} takes addresses that start with http:// or https://, or {None}, not '{address}'.");
    }
}
