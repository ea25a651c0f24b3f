using System.Reflection;
using NeuralCore.Models;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>The version of NeuralCore that runs.</summary>
internal static class LibraryVersion
{
    /// <summary>With what the build added to it, such as the commit.</summary>
    internal static string Full { get; } =
        typeof(Sequential).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The version alone: the same version trains to the same bits.</summary>
    internal static string Short { get; } = Full.Split('+')[0];
}
