using System.Runtime.InteropServices;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Serialization;

namespace NeuralCore.Tests.Serialization;

public class LoadWeightsTests
{
    // As PyTorch writes Linear(2, 3) and Linear(3, 2): matrices [out, in].
    private const string Torch = """
        {"fc1.bias":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"fc2.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[36,60]},
         "fc1.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[12,36]},"fc2.bias":{"dtype":"F32","shape":[2],"data_offsets":[60,68]},
         "__metadata__":{"format":"pt"}}
        """;

    [Fact]
    public void Weights_of_this_library_load_into_a_model_of_another_seed()
    {
        using TemporaryFolder folder = new();
        Sequential from = TestModels.Small(1);
        Sequential to = TestModels.Small(2);
        from.Save(folder.File("m"));

        WeightsReport report = to.LoadWeights(folder.File("m"));

        TestModels.Bits(to).Should().Equal(TestModels.Bits(from));
        report.IsComplete.Should().BeTrue();
        report.Loaded.Should().Equal(from.Parameters.Select(p => p.FullName));
        to.Seed.Should().Be(2);
    }

    [Fact]
    public void Weights_of_another_program_load_under_other_names_and_transposed()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("torch"), ModelFileTests.Foreign(Torch, 68));
        Sequential model = new([2], [new Dense(3, name: "fc1"), new Dense(2, name: "fc2")]);

        model.LoadWeights(folder.File("torch"), new LoadWeightsOptions { NameInFile = name =>
            name.Replace("kernel", "weight"), TransposedKernels = true });

        model.Parameters[0].Values.ToArray().Should().Equal(3, 5, 7, 4, 6, 8);
        model.Parameters[1].Values.ToArray().Should().Equal(0, 1, 2);
        model.Parameters[2].Values.ToArray().Should().Equal(9, 12, 10, 13, 11, 14);
        model.Parameters[3].Values.ToArray().Should().Equal(15, 16);
    }

    [Fact]
    public void What_does_not_match_is_named_and_nothing_changes()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("torch");
        File.WriteAllBytes(path, ModelFileTests.Foreign(Torch.Replace("fc2.bias", "extra"), 68));
        Sequential model = new([2], [new Dense(3, name: "fc1"), new Dense(2, name: "fc2")]);
        uint[] before = TestModels.Bits(model);
        LoadWeightsOptions options = new() { NameInFile = name => name.Replace("kernel", "weight") };

        WeightsReport report = model.Invoking(m => m.LoadWeights(path, options)).Should().Throw<WeightsMismatchException>().Which.Report;

        report.Loaded.Should().Equal("fc1.bias");
        report.Missing.Should().Equal("fc2.bias");
        report.Unexpected.Should().Equal("extra");
        report.Mismatched.Should().Equal(
            new WeightMismatch("fc1.kernel", "F32 [2, 3]", "F32 [3, 2]"), new WeightMismatch("fc2.kernel", "F32 [3, 2]", "F32 [2, 3]"));
        report.ToString().Should().Contain("missing in the file: fc2.bias").And.Contain("not in the model: extra");
        TestModels.Bits(model).Should().Equal(before);

        model.LoadWeights(path, options with { Strict = false }).Loaded.Should().Equal("fc1.bias");
        model.Parameters[1].Values.ToArray().Should().Equal(0, 1, 2);
        TestModels.Bits(model)[..6].Should().Equal(before[..6]);
    }

    [Fact]
    public void Another_type_is_a_mismatch()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("half"), ModelFileTests.Foreign(
            """{"dense.bias":{"dtype":"U16","shape":[2],"data_offsets":[12,16]},"""
            + """ "dense.kernel":{"dtype":"I16","shape":[3,2],"data_offsets":[0,12]}}""", 16));
        Sequential model = new([3], [new Dense(2)]);

        model.Invoking(m => m.LoadWeights(folder.File("half"))).Should().Throw<WeightsMismatchException>()
            .WithMessage("*dense.kernel is F32 [3, 2], in the file I16 [3, 2]*");
    }

    [Fact]
    public void Half_bfloat16_and_double_precision_become_floats()
    {
        using TemporaryFolder folder = new();
        byte[] file = ModelFileTests.Foreign(
            """{"a.bias":{"dtype":"F16","shape":[6],"data_offsets":[0,12]},"b.bias":{"dtype":"BF16","shape":[6],"data_offsets":[12,24]},"""
            + """ "c.bias":{"dtype":"F64","shape":[6],"data_offsets":[24,72]}}""", 72);
        Span<byte> data = file.AsSpan(file.Length - 72);
        // 1, -2, the smallest subnormal, the largest, -0, 1/3.
        MemoryMarshal.AsBytes<ushort>([0x3C00, 0xC000, 0x0001, 0x7BFF, 0x8000, 0x3555]).CopyTo(data);
        MemoryMarshal.AsBytes<ushort>([0x3F80, 0xC000, 0x0001, 0x7F7F, 0x8000, 0x3EAB]).CopyTo(data[12..]);
        // Between two floats, and at the tie, which goes to the even one; what is too small is 0.
        MemoryMarshal.AsBytes<double>([1.0 / 3, 1 + Math.Pow(2, -24), 1 + 3 * Math.Pow(2, -24), 1e-60, -0.0, 3.4028234663852886e38])
            .CopyTo(data[24..]);
        File.WriteAllBytes(folder.File("f"), file);
        Sequential model = new([6], [new Offset("a"), new Offset("b"), new Offset("c")]);

        model.LoadWeights(folder.File("f")).IsComplete.Should().BeTrue();

        TestModels.Bits(model).Should().Equal(
            0x3F800000, 0xC0000000, 0x33800000, 0x477FE000, 0x80000000, 0x3EAAA000,
            0x3F800000, 0xC0000000, 0x00010000, 0x7F7F0000, 0x80000000, 0x3EAB0000,
            0x3EAAAAAB, 0x3F800000, 0x3F800002, 0x00000000, 0x80000000, 0x7F7FFFFF);
    }

    [Theory]
    [InlineData("F16", 2, 0x7C00, "Infinity")]
    [InlineData("F16", 2, 0x7E00, "NaN")]
    [InlineData("BF16", 2, 0xFF80, "-Infinity")]
    [InlineData("F32", 4, 0x7FC00000, "NaN")]
    [InlineData("F64", 8, 0x47F0000000000000, "Infinity")]
    public void A_weight_that_is_not_finite_is_refused_by_name_and_index_and_the_model_is_unchanged(
        string type, int size, long bits, string value)
    {
        using TemporaryFolder folder = new();
        byte[] file = ModelFileTests.Foreign("{\"a.bias\":{\"dtype\":\"" + type + "\",\"shape\":[3],\"data_offsets\":[0," + 3 * size
            + "]}}", 3 * size);
        file.AsSpan(file.Length - 3 * size).Clear();
        BitConverter.GetBytes(bits).AsSpan(0, size).CopyTo(file.AsSpan(file.Length - size));
        File.WriteAllBytes(folder.File("f"), file);
        Sequential model = new([3], [new Offset("a")]);
        model.Parameters[0].Values.Fill(7);

        model.Invoking(m => m.LoadWeights(folder.File("f"))).Should().Throw<InvalidDataException>()
            .WithMessage($"{folder.File("f")}, offset {file.Length - size}: expected finite weights in a.bias, found {value} at index 2.");
        model.Parameters[0].Values.ToArray().Should().AllBeEquivalentTo(7f);
    }

    [Fact]
    public void A_digest_is_checked_where_there_is_one()
    {
        using TemporaryFolder folder = new();
        TestModels.Small().Save(folder.File("m"));
        byte[] bytes = File.ReadAllBytes(folder.File("m"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(folder.File("m"), bytes);

        TestModels.Small().Invoking(m => m.LoadWeights(folder.File("m"))).Should().Throw<InvalidDataException>()
            .WithMessage("*digest*damaged*");
    }

    // A vector as it stands, under the name of a bias.
    private sealed class Offset(string name) : Layer(name)
    {
        protected internal override Shape Build(Shape input, LayerBuilder builder)
        {
            builder.AddParameter("bias", input, new Zeros());
            return input;
        }

        protected internal override void Forward(in ForwardPass pass) => pass.Input.CopyTo(pass.Output);

        protected internal override void Backward(in BackwardPass pass) => pass.OutputGradient.CopyTo(pass.InputGradient);

        protected internal override LayerDescription Describe() => new("Offset");
    }
}
