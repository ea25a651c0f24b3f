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

        model.LoadWeights(folder.File("torch"), new LoadWeightsOptions { NameInFile = name => name.Replace("kernel", "weight"), TransposedKernels = true });

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
        File.WriteAllBytes(folder.File("half"), ModelFileTests.Foreign("""{"dense.bias":{"dtype":"U16","shape":[2],"data_offsets":[12,16]},"dense.kernel":{"dtype":"I16","shape":[3,2],"data_offsets":[0,12]}}""", 16));
        Sequential model = new([3], [new Dense(2)]);

        model.Invoking(m => m.LoadWeights(folder.File("half"))).Should().Throw<WeightsMismatchException>()
            .WithMessage("*dense.kernel is F32 [3, 2], in the file I16 [3, 2]*");
    }

    [Fact]
    public void A_digest_is_checked_where_there_is_one()
    {
        using TemporaryFolder folder = new();
        TestModels.Small().Save(folder.File("m"));
        byte[] bytes = File.ReadAllBytes(folder.File("m"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(folder.File("m"), bytes);

        TestModels.Small().Invoking(m => m.LoadWeights(folder.File("m"))).Should().Throw<InvalidDataException>().WithMessage("*digest*damaged*");
    }
}
