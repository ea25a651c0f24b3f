namespace NeuralCore.Metrics;

/// <summary>How the figures of several classes become one; scikit-learn's <c>average</c>.</summary>
public enum Averaging
{
    /// <summary>The figure of one class, the positive one; no average.</summary>
    Binary,

    /// <summary>The mean over the classes, each with the same weight.</summary>
    Macro,

    /// <summary>The figure of the counts of all classes together. For whole predictions this is the accuracy.</summary>
    Micro,

    /// <summary>The mean over the classes, weighted by how many rows each has.</summary>
    Weighted,
}
