namespace NeuralCore.Tests.Contracts;

/// <summary>The repository's files, for tests that read them. No version control is asked: what .gitignore names is left out.</summary>
internal static class Repository
{
    private static readonly string[] TextExtensions =
        [".cs", ".csproj", ".sln", ".props", ".targets", ".md", ".json", ".txt", ".editorconfig", ".gitignore", ".sh", ".yml", ".yaml",
            ".csv", ".py", ""];

    internal static string Root { get; } = FindRoot();

    internal static string PathOf(string relative) => Path.Combine([Root, .. relative.Split('/')]);

    /// <summary>A file's lines joined by line feeds.</summary>
    internal static string Read(string relative) => File.ReadAllText(PathOf(relative)).ReplaceLineEndings("\n");

    /// <summary>The paths, relative and with slashes, of all files below a folder that belong to the repository; sorted.</summary>
    internal static string[] Files(string folder = "", string extension = "")
    {
        HashSet<string> ignored = [.. Read(".gitignore").Split('\n').Where(line => line.EndsWith('/')).Select(line =>
            line.TrimEnd('/')), ".git"];
        List<string> found = [];
        Collect(PathOf(folder));
        return found.Where(file => file.EndsWith(extension, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();

        void Collect(string directory)
        {
            // In a linked working tree .git is a file.
            found.AddRange(Directory.GetFiles(directory).Where(file => !ignored.Contains(Path.GetFileName(file))).Select(Relative));
            foreach (string child in Directory.GetDirectories(directory))
            {
                if (!ignored.Contains(Path.GetFileName(child)))
                    Collect(child);
            }
        }
    }

    /// <summary>All files that hold text.</summary>
    internal static string[] TextFiles() => Files().Where(file =>
        TextExtensions.Contains(Path.GetExtension(file).ToLowerInvariant())).ToArray();

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/');

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "NeuralCore.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
