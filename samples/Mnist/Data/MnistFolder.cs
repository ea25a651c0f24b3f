namespace NeuralCore.Samples.Mnist.Data;

/// <summary>The folder with the four files of MNIST, each plain or compressed (<c>.gz</c>), and how it was found.</summary>
internal sealed class MnistFolder
{
    internal const string EnvironmentVariable = "NEURALCORE_DATA";

    private readonly string _chosenBy;

    private MnistFolder(string path, string chosenBy, bool isCache = false)
    {
        Path = path;
        _chosenBy = chosenBy;
        IsCache = isCache;
    }

    /// <summary>The folder.</summary>
    internal string Path { get; }

    /// <summary>Whether no folder was named and this is the user's cache, which downloads may fill.</summary>
    internal bool IsCache { get; }

    /// <summary>Whether all four files exist.</summary>
    internal bool IsComplete => MnistFile.All.All(file => Has(Path, file));

    /// <summary>Whether a folder has a file, plain or compressed.</summary>
    internal static bool Has(string folder, MnistFile file) => PathOf(folder, file) is not null;

    /// <summary>The folder from the command line, else from the environment, else the user's cache. Reads nothing.</summary>
    /// <param name="option">The value of <c>--data</c>, or null.</param>
    internal static MnistFolder Locate(string? option)
    {
        if (option is not null)
            return new(option, "--data");
        string? variable = Environment.GetEnvironmentVariable(EnvironmentVariable);
        return string.IsNullOrEmpty(variable)
            ? new(CacheFolder(), "the default folder", isCache: true)
            : new(variable, EnvironmentVariable);
    }

    /// <summary>Reads all four files.</summary>
    /// <exception cref="SampleException">A file is missing, or the images are not 28 x 28.</exception>
    /// <exception cref="InvalidDataException">A file is not valid.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    internal MnistImages Read()
    {
        // Look for all four files before reading the first, so that a missing one is reported at once.
        string[] missing = MnistFile.All.Where(file => !Has(Path, file)).Select(file => file.Name).ToArray();
        if (missing.Length > 0)
            throw new SampleException(Describe(missing));
        // In parallel: decompressing takes longer than reading.
        Task<LabelledImages> test = Task.Run(ReadTest);
        LabelledImages training = LabelledImages.Read(PathOf(Path, MnistFile.TrainingImages)!, PathOf(Path, MnistFile.TrainingLabels)!);
        return new MnistImages(training, test.GetAwaiter().GetResult(), new DataOrigin(DataOrigin.Mnist, Path));
    }

    /// <summary>Reads only the test images.</summary>
    /// <inheritdoc cref="Read"/>
    internal LabelledImages ReadTest()
    {
        if (PathOf(Path, MnistFile.TestImages) is not { } images || PathOf(Path, MnistFile.TestLabels) is not { } labels)
        {
            throw new SampleException(
                $"Test images not found: expected {MnistFile.TestImages.Name} and {MnistFile.TestLabels.Name}, "
                + $"each plain or with .gz, in {Path} ({_chosenBy}).");
        }
        return LabelledImages.Read(images, labels);
    }

    private string Describe(string[] missing)
    {
        string what = missing.Length == MnistFile.All.Count ? "MNIST not found" : $"{string.Join(", ", missing)} missing";
        string elsewhere = _chosenBy == "--data" ? "" : $", or name another folder with --data DIR or {EnvironmentVariable}";
        return $"{what}: looked in {Path} ({_chosenBy}). "
            + $"Put {string.Join(", ", MnistFile.All.Select(file => file.Name))} there, each plain or with .gz{elsewhere}. "
            + $"Public mirrors: {string.Join(" and ", Mirrors.Public)} (file name + .gz).";
    }

    private static string? PathOf(string folder, MnistFile file)
    {
        string plain = System.IO.Path.Combine(folder, file.Name);
        return File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }

    private static string CacheFolder()
    {
        if (OperatingSystem.IsWindows())
            return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "neuralcore", "mnist");
        // The XDG specification says to ignore a relative path.
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache) || !System.IO.Path.IsPathRooted(cache))
            cache = System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return System.IO.Path.Combine(cache, "neuralcore", "mnist");
    }
}
