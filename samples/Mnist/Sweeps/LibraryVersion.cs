using System.Reflection;
using NeuralCore.Models;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>The version of NeuralCore in use.</summary>
internal static class LibraryVersion
{
    /// <summary>The version with build metadata such as the commit.</summary>
    internal static string Full { get; } =
        typeof(Sequential).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The version without build metadata: the same version trains to the same bits.</summary>
    internal static string Short { get; } = Full.Split('+')[0];
}
