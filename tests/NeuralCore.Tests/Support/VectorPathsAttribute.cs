using System.Reflection;
using NeuralCore.Numerics;
using Xunit.Sdk;

namespace NeuralCore.Tests.Support;

/// <summary>
/// One test case for each vector path, the path first, then the given values. A test begins with <c>Kernels.Require(path)</c>, so that a
/// path this processor lacks is skipped and counted, never passed.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class VectorPathsAttribute(params object[] values) : DataAttribute
{
    /// <summary>A static member that gives several rows of values, as for MemberData.</summary>
    public string? Member { get; set; }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        IEnumerable<object[]> rows = Member is null ? [values] : new MemberDataAttribute(Member).GetData(testMethod);
        return rows.SelectMany(_ => Enum.GetValues<VectorPath>(), (row, path) => (object[])[path, .. row]);
    }
}
