using System.Runtime.InteropServices;
using NeuralCore.Numerics;
using NeuralCore.Tests.Support;

namespace NeuralCore.Tests.Contracts;

/// <summary>No hot loop keeps a vector in memory: the compiler found registers for all of them.</summary>
public sealed class MachineCodeTests
{
    private const string ElementwiseKernels =
        "*ReluKernel:* *AdamKernel:* *SgdKernel:* *DropoutKernel:* *ByteKernel:* ExpandBlocks ExpandColumns PackPlain TransposeSixteen";

    [SkippableTheory]
    [InlineData(VectorPath.Vector512)]
    [InlineData(VectorPath.Vector256)]
    [InlineData(VectorPath.Vector128)]
    public void Product_kernels_spill_nothing(VectorPath path)
    {
        MachineCode[] kernels = Compile(path, "TileKernel RowKernel");

        kernels.Should().HaveCountGreaterThan(10, "the tour visits many tile shapes");
        kernels.Should().OnlyContain(kernel => kernel.Loop.Any(instruction =>
            instruction.StartsWith("vfmadd", StringComparison.Ordinal)), "each has its loop over k");
        kernels.SelectMany(kernel => kernel.Spills.Select(spill => $"{kernel.Method}: {spill}")).Should().BeEmpty();
    }

    // Not with 128 bits: sixteen lanes of all the values of Adam or dropout are more than 16 such registers hold.
    [SkippableTheory]
    [InlineData(VectorPath.Vector512)]
    [InlineData(VectorPath.Vector256)]
    public void Elementwise_kernels_spill_nothing(VectorPath path)
    {
        MachineCode[] kernels = Compile(path, ElementwiseKernels).Where(kernel => kernel.Loop.Count > 0).ToArray();

        kernels.Should().HaveCountGreaterThanOrEqualTo(9,
            "relu, its derivative, adam, sgd, momentum, dropout, packing and both expansions have loops");
        // Without an instruction that lists lanes the expansion of four rows has more addresses and counts than there are registers, but
        // keeps its vectors in theirs.
        kernels.SelectMany(kernel => kernel.Spills
                .Where(spill => path == VectorPath.Vector512 || !kernel.Method.Contains("ExpandBlocks", StringComparison.Ordinal)
                    || spill.Contains("mm", StringComparison.Ordinal))
                .Select(spill => $"{kernel.Method}: {spill}"))
            .Should().BeEmpty();
    }

    // With 256 bits the long ones have more values than 16 registers hold: the exact GELU, Mish, and a few of tanh's.
    [SkippableTheory]
    [InlineData(VectorPath.Vector512, 20, "")]
    [InlineData(VectorPath.Vector256, 12, "GELU,Mish,Forward[NeuralCore.Layers.Tanh,Backward[NeuralCore.Layers.SiLU")]
    public void Activations_spill_nothing_and_call_nothing(VectorPath path, int atLeast, string except)
    {
        string[] exceptions = except.Split(',', StringSplitOptions.RemoveEmptyEntries);
        MachineCode[] kernels = Compile(path, "*ElementwiseKernel:*").Where(kernel =>
            kernel.Loop.Count > 0 && !exceptions.Any(name => kernel.Method.Contains(name, StringComparison.Ordinal))).ToArray();

        kernels.Should().HaveCountGreaterThanOrEqualTo(atLeast);
        // A setting such as a slope may be read from the stack; a vector may not.
        kernels.SelectMany(kernel => kernel.Spills.Where(spill => spill.Contains("mmword", StringComparison.Ordinal))
            .Concat(kernel.Loop.Where(instruction => instruction.StartsWith("call", StringComparison.Ordinal)))
            .Select(instruction => $"{kernel.Method}: {instruction}")).Should().BeEmpty();
    }

    [Fact]
    public void A_spill_would_be_found()
    {
        const string listing = """
            ; Assembly listing for method Planted:Kernel() (FullOpts)
            G_M1_IG02:
                   vmovups  zmm0, zmmword ptr [rax]
            G_M1_IG03:
                   vmovups  zmm1, zmmword ptr [rsp+0x40]
                   vfmadd231ps zmm0, zmm1, zmm2
                   dec      rcx
                   jne      SHORT G_M1_IG03
            """;

        MachineCode.Read(listing).Should().ContainSingle().Which.Spills.Should().Equal("vmovups  zmm1, zmmword ptr [rsp+0x40]");
    }

    private static MachineCode[] Compile(VectorPath path, string methods)
    {
        Skip.IfNot(RuntimeInformation.ProcessArchitecture == Architecture.X64,
            "The listings are read for x86-64. Run this test on such a processor.");
        Skip.IfNot(InstructionSet.IsSupported(path), $"This processor has no {path}. Run this test on one that has.");
        string listing = Path.Combine(Path.GetTempPath(), $"neuralcore-{Guid.NewGuid():N}.asm");
        try
        {
            ChildProcess.Run(
                "kernels",
                (InstructionSet.EnvironmentVariable, InstructionSet.Describe(path)),
                // Narrower code is looked at as a processor without the wider registers gets it.
                ("DOTNET_EnableAVX512", path == VectorPath.Vector512 ? "1" : "0"),
                ("DOTNET_TieredCompilation", "0"),
                ("DOTNET_JitDisasm", methods),
                ("DOTNET_JitStdOutFile", listing));
            return MachineCode.Read(File.ReadAllText(listing)).ToArray();
        }
        finally
        {
            File.Delete(listing);
        }
    }
}
