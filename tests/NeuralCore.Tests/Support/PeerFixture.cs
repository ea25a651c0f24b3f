using System.Text.Json;
using NeuralCore.Tests.Contracts;

namespace NeuralCore.Tests.Support;

/// <summary>
/// Values that another library computed: <c>tests/fixtures/NAME.json</c>, made by <c>tests/fixtures/NAME.py</c> beside it.
/// </summary>
internal static class PeerFixture
{
    internal static JsonElement Load(string name)
    {
        using JsonDocument document = JsonDocument.Parse(Repository.Read($"tests/fixtures/{name}.json"));
        return document.RootElement.Clone();
    }

    internal static float[] Floats(this JsonElement element, string name) => element.Doubles(name).Select(value => (float)value).ToArray();

    internal static double[] Doubles(this JsonElement element, string name) =>
        element.GetProperty(name).EnumerateArray().Select(value => value.GetDouble()).ToArray();

    internal static int[] Ints(this JsonElement element, string name) =>
        element.GetProperty(name).EnumerateArray().Select(value => value.GetInt32()).ToArray();
}
