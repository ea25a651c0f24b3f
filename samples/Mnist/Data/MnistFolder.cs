namespace NeuralCore.Samples.Mnist.Data;

/// <summary>The folder with the four files of MNIST, each plain or compressed (<c>.gz</c>), and how it was found.</summary>
internal sealed class MnistFolder
{
    internal const string EnvironmentVariable = "NEURALCORE_DATA";

    internal const string TrainingImages = "train-images-idx3-ubyte";
    internal const string TrainingLabels = "train-labels-idx1-ubyte";
    internal const string TestImages = "t10k-images-idx3-ubyte";
    internal const string TestLabels = "t10k-labels-idx1-ubyte";

    private static readonly string[] Files = [TrainingImages, TrainingLabels, TestImages, TestLabels];

    private static readonly string[] Mirrors =
    [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ];

    private readonly string _chosenBy;

    private MnistFolder(string path, string chosenBy)
    {
        Path = path;
        _chosenBy = chosenBy;
    }

    /// <summary>The folder.</summary>
    internal string Path { get; }

    /// <summary>The folder of the command line, else of the environment, else of the user's cache. Nothing is read yet.</summary>
    /// <param name="option">The value of <c>--data</c>, or null.</param>
    internal static MnistFolder Locate(string? option)
    {
        if (option is not null)
            return new(option, "--data");
        string? variable = Environment.GetEnvironmentVariable(EnvironmentVariable);
        return string.IsNullOrEmpty(variable) ? new(CacheFolder(), "the default folder") : new(variable, EnvironmentVariable);
    }

    /// <summary>Reads all four files.</summary>
    /// <exception cref="SampleException">A file is missing, or the images are not 28 x 28.</exception>
    /// <exception cref="InvalidDataException">A file is not valid.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    internal MnistImages Read()
    {
        // All four are looked for before the first is read: a missing one is said at once.
        string[] missing = Files.Where(name => PathOf(name) is null).ToArray();
        if (missing.Length > 0)
            throw new SampleException(Describe(missing));
        return new MnistImages(
            LabelledImages.Read(PathOf(TrainingImages)!, PathOf(TrainingLabels)!),
            LabelledImages.Read(PathOf(TestImages)!, PathOf(TestLabels)!));
    }

    /// <summary>Reads the test images alone.</summary>
    /// <inheritdoc cref="Read"/>
    internal LabelledImages ReadTest()
    {
        if (PathOf(TestImages) is not { } images || PathOf(TestLabels) is not { } labels)
            throw new SampleException($"The test images are not there: looked for {TestImages} and {TestLabels}, each plain or with .gz, in {Path} ({_chosenBy}).");
        return LabelledImages.Read(images, labels);
    }

    private string Describe(string[] missing)
    {
        string what = missing.Length == Files.Length ? "MNIST is not there" : $"{string.Join(", ", missing)} missing";
        string elsewhere = _chosenBy == "--data" ? "" : $", or name another folder with --data DIR or {EnvironmentVariable}";
        return $"{what}: looked in {Path} ({_chosenBy}). Put {string.Join(", ", Files)} there, each plain or with .gz{elsewhere}. Public mirrors: {string.Join(" and ", Mirrors)} (file name + .gz).";
    }

    private string? PathOf(string name)
    {
        string plain = System.IO.Path.Combine(Path, name);
        return File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }

    private static string CacheFolder()
    {
        if (OperatingSystem.IsWindows())
            return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "neuralcore", "mnist");
        // The XDG specification: a relative path is to be ignored.
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache) || !System.IO.Path.IsPathRooted(cache))
            cache = System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return System.IO.Path.Combine(cache, "neuralcore", "mnist");
    }
}
