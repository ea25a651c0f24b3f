namespace NeuralCore.Tests.Support;

/// <summary>Comparison of floats with what a peer or a naive version in double gave.</summary>
internal static class Near
{
    /// <summary>Every value within a tolerance, relative to the largest of the expected ones.</summary>
    internal static void ShouldBeNear(this float[] actual, IReadOnlyList<double> expected, double tolerance = 2e-6, string because = "")
    {
        actual.Should().HaveCount(expected.Count, because);
        double scale = expected.Max(Math.Abs);
        for (int i = 0; i < actual.Length; i++)
            ((double)actual[i]).Should().BeApproximately(expected[i], tolerance * scale, "value {0}: {1}", i, because);
    }
}
