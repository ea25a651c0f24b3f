using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using NeuralCore.Data;
using NeuralCore.Initializers;
using NeuralCore.Layers;
using NeuralCore.Models;
using NeuralCore.Serialization;

namespace NeuralCore.Tests.Serialization;

public class ModelFileTests
{
    [Fact]
    public void A_model_comes_back_with_every_bit_and_setting()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("m.safetensors");
        Sequential model = new([4, 3],
        [
            new Flatten("flat"),
            new Dense(7, new ReLU(), new HeNormal(), new Constant(0.1f)) { Trainable = false },
            new ReLU(),
            new Dropout(0.1),
            new Dense(5, useBias: false),
            new Dense(3, new Softmax(), name: "Kopf – \"ä\" <1>"),
        ], seed: long.MinValue + 7, "mine");
        // All bits matter, those of -0 and subnormal numbers too.
        uint[] odd = [0x80000000, 0x00000001, 0x807FFFFF, 0x7F7FFFFF, 0xFF7FFFFF];
        for (int i = 0; i < odd.Length; i++)
            model.Parameters[0].Values[i] = BitConverter.UInt32BitsToSingle(odd[i]);

        model.Save(path);
        Sequential loaded = Sequential.Load(path);

        TestModels.Bits(loaded).Should().Equal(TestModels.Bits(model));
        loaded.Summary().Should().Be(model.Summary());
        loaded.Seed.Should().Be(model.Seed);
        loaded.Name.Should().Be("mine");
        loaded.Layers.Select(layer => layer.Name).Should().Equal(model.Layers.Select(layer => layer.Name));
        loaded.Layers[1].Trainable.Should().BeFalse();
        loaded.Parameters.Select(p => p.IsTrainable).Should().Equal(model.Parameters.Select(p => p.IsTrainable));
        ((Dense)loaded.Layers[1]).KernelInitializer.Should().BeOfType<HeNormal>();
        ((Constant)((Dense)loaded.Layers[1]).BiasInitializer).Value.Should().Be(0.1f);
        loaded.Save(folder.File("again"));
        File.ReadAllBytes(folder.File("again")).Should().Equal(File.ReadAllBytes(path));
    }

    [Fact]
    public void The_digest_covers_arrays_that_take_several_reads()
    {
        // 240 KB: the digest is computed in pieces of 64 KB, the last one shorter.
        Sequential model = new([200], [new Dense(300)]);
        using TemporaryFolder folder = new();
        model.Save(folder.File("m"));
        byte[] file = File.ReadAllBytes(folder.File("m"));
        byte[] forged = [.. file];
        HostileFiles.Forge(forged).Should().BeTrue();
        forged.Should().Equal(file, "the digest is that of the whole file");
        TestModels.Bits(Sequential.Load(folder.File("m"))).Should().Equal(TestModels.Bits(model));

        foreach (int fromEnd in new[] { 240_000, 170_000, 100_000, 20_000, 1 })
        {
            int at = file.Length - fromEnd;
            file[at] ^= 1;
            HostileFiles.ShouldBeRefused(file, HostileFiles.LoadModel).Should().Contain("the file is damaged", "byte {0} is wrong", at);
            file[at] ^= 1;
        }
    }

    [Fact]
    public void Offsets_that_are_there_twice_are_refused_also_where_the_first_are_none()
    {
        byte[] file = Foreign("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[],"data_offsets":[0,4]}}""", 4);

        HostileFiles.ShouldBeRefused(file, HostileFiles.Open).Should().Contain("of a, each once");
    }

    [Theory]
    [InlineData("dtype", "\"dtype\":\"F32\"")]
    [InlineData("shape", "\"shape\":[1]")]
    [InlineData("data_offsets", "\"data_offsets\":[0,4]")]
    public void A_member_of_an_array_that_is_there_twice_is_refused(string name, string member)
    {
        byte[] file = Foreign("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],""" + member + "}}", 4);

        HostileFiles.ShouldBeRefused(file, HostileFiles.Open).Should().Contain("of a, each once").And.Contain($"\"{name}\"");
    }

    [Fact]
    public void A_model_without_weights_comes_back()
    {
        using TemporaryFolder folder = new();
        Sequential model = new([2, 2], [new Flatten()]);
        model.Save(folder.File("m"));

        Sequential.Load(folder.File("m")).OutputShape.Should().Equal(4);
    }

    [Fact]
    public void The_file_is_plain_safetensors()
    {
        using TemporaryFolder folder = new();
        Sequential model = TestModels.Small();
        model.Save(folder.File("m"));

        // Read as the format's specification says, with nothing of this library.
        byte[] bytes = File.ReadAllBytes(folder.File("m"));
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, length));
        (length % 8).Should().Be(0);
        header.RootElement.GetProperty("__metadata__").EnumerateObject().Should().OnlyContain(text => text.Value.ValueKind == JsonValueKind.String);
        header.RootElement.EnumerateObject().Select(p => p.Name).Should().Equal("__metadata__", "dense.kernel", "dense.bias", "head.kernel", "head.bias");
        foreach (Parameter parameter in model.Parameters)
        {
            JsonElement tensor = header.RootElement.GetProperty(parameter.FullName);
            tensor.GetProperty("dtype").GetString().Should().Be("F32");
            tensor.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()).Should().Equal(parameter.Shape);
            int start = 8 + length + tensor.GetProperty("data_offsets")[0].GetInt32();
            for (int i = 0; i < parameter.Shape.Size; i++)
                BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(start + 4 * i)).Should().Be(parameter.Values[i]);
        }
    }

    [Fact]
    public void A_trained_models_predictions_survive()
    {
        using TemporaryFolder folder = new();
        Sequential model = TestModels.Small();
        float[] input = Enumerable.Range(0, 24).Select(i => i / 7f).ToArray();
        model.Save(folder.File("m"));

        Sequential.Load(folder.File("m")).Predict(input).Should().Equal(model.Predict(input));
    }

    [Fact]
    public void Input_scaling_travels_with_the_model_and_gives_the_bits_of_training()
    {
        using TemporaryFolder folder = new();
        byte[] raw = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        float[] gathered = new float[256];
        new ByteFeatures(raw, [256]).Gather([0], gathered);
        float[] scaled = new float[256];

        TestModels.Small().Save(folder.File("m"), new ModelFileOptions { InputScale = 1 / 255f });
        ModelFile file = ModelFile.Load(folder.File("m"));
        file.ScaleInput(raw, scaled);
        file.InputScale.Should().Be(1 / 255f);
        scaled.Should().Equal(gathered);

        TestModels.Small().Save(folder.File("m"), new ModelFileOptions { InputScale = 2f, InputOffset = -0.5f });
        ModelFile.Load(folder.File("m")).ScaleInput(raw, scaled);
        scaled[3].Should().Be(5.5f);

        TestModels.Small().Save(folder.File("m"));
        ModelFile.Load(folder.File("m")).InputScale.Should().BeNull();
        Action none = () => ModelFile.Load(folder.File("m")).ScaleInput(raw, scaled);
        none.Should().Throw<InvalidOperationException>().WithMessage("*InputScale*");
        Action zero = () => TestModels.Small().Save(folder.File("m"), new ModelFileOptions { InputScale = 0 });
        zero.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_layer_of_the_user_needs_its_factory_and_is_named_when_there_is_none()
    {
        using TemporaryFolder folder = new();
        Sequential model = new([3], [new Scaling(2.0, "twice"), new Dense(2, new Scaling(1e300, null)), new Scaling(double.NegativeInfinity, null)]);
        model.Save(folder.File("m"));

        LayerFactory factory = LayerFactory.BuiltIn.With("Scaling", (description, name) => new Scaling(description.GetDouble("factor"), name));
        Sequential loaded = Sequential.Load(folder.File("m"), factory);
        loaded.Layers.OfType<Scaling>().Select(layer => layer.Factor).Should().Equal(2.0, double.NegativeInfinity);
        ((Scaling)((Dense)loaded.Layers[1]).Activation!).Factor.Should().Be(1e300);

        Action unknown = () => Sequential.Load(folder.File("m"));
        unknown.Should().Throw<NotSupportedException>().WithMessage("*m: twice: the kind \"Scaling\" is unknown*LayerFactory.BuiltIn.With(\"Scaling\"*");
        Action nameless = () => Sequential.Load(folder.File("m"), LayerFactory.BuiltIn.With("Scaling", (d, _) => new Scaling(1, null)));
        nameless.Should().Throw<InvalidDataException>().WithMessage("*twice*another name*");
    }

    [Fact]
    public void What_cannot_be_read_keeps_the_systems_own_error()
    {
        using TemporaryFolder folder = new();

        Action missing = () => Sequential.Load(folder.File("none"));
        Action directory = () => Sequential.Load(folder.Path);

        missing.Should().Throw<FileNotFoundException>();
        directory.Should().Throw<IOException>().WithMessage($"{folder.Path} is a folder*");
    }

    [Fact]
    public void A_file_of_another_program_is_no_model()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("m");
        File.WriteAllBytes(path, Foreign("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4));

        Action load = () => Sequential.Load(path);

        load.Should().Throw<InvalidDataException>().WithMessage($"{path}, offset 8: expected a digest*LoadWeights*");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_weight_that_is_not_finite_is_neither_saved_nor_loaded(float value)
    {
        using TemporaryFolder folder = new();
        Sequential model = TestModels.Small();
        model.Save(folder.File("m"));
        byte[] file = File.ReadAllBytes(folder.File("m"));
        model.Parameters[^1].Values[2] = value;

        model.Invoking(m => m.Save(folder.File("other")))
            .Should().Throw<InvalidOperationException>().WithMessage("head.bias contains * at index 2. *");
        folder.Names.Should().Equal("m");

        // The last value of the file.
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(file.Length - 4), value);
        HostileFiles.Forge(file).Should().BeTrue();
        HostileFiles.ShouldBeRefused(file, HostileFiles.LoadModel)
            .Should().Match($"m, offset {file.Length - 4}: expected finite weights in head.bias, found * at index 2.");
    }

    [Fact]
    public void Saving_waits_for_no_training()
    {
        using TemporaryFolder folder = new();
        Sequential model = TestModels.Small();
        model.Lock.EnterWrite();

        Action save = () => model.Save(folder.File("m"));

        save.Should().Throw<InvalidOperationException>();
        folder.Names.Should().BeEmpty();
    }

    internal static byte[] Foreign(string header, int data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] bytes = new byte[8 + json.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        for (int i = 0; i < data / 4; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(8 + json.Length + 4 * i), i);
        return bytes;
    }

    private sealed class Scaling(double factor, string? name) : Activation(name)
    {
        internal double Factor => factor;

        protected internal override Shape Build(Shape input, LayerBuilder builder) => input;

        protected internal override void Forward(in ForwardPass pass) => pass.Input.CopyTo(pass.Output);

        protected internal override void Backward(in BackwardPass pass) => pass.OutputGradient.CopyTo(pass.InputGradient);

        protected internal override LayerDescription Describe() => new LayerDescription("Scaling", $"{factor}").With("factor", factor);
    }
}
