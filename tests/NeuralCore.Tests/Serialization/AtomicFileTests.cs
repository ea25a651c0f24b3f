using NeuralCore.Models;
using NeuralCore.Serialization;
using NeuralCore.Tests.Training;
using NeuralCore.Training;

namespace NeuralCore.Tests.Serialization;

public class AtomicFileTests
{
    [Fact]
    public void The_order_of_operations_is_write_flush_rename_sync()
    {
        using TemporaryFolder folder = new();
        FaultyFileSystem disk = new(0, false, _ => new IOException());

        ModelFile.Save(TestModels.Small(), folder.File("m"), null, disk);

        disk.Operations.Where(name => name != "close").Distinct().Should()
            .Equal("list", "create", "write", "flush", "rename", "sync folder");
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void Whatever_operation_fails_the_old_or_the_new_file_loads_and_the_next_save_tidies_up(bool forever, bool noSpace)
    {
        Sequential old = TestModels.Small(1);
        Sequential @new = TestModels.Small(2);
        int n = 1;
        for (bool failed = true; failed; n++)
        {
            using TemporaryFolder folder = new();
            string path = folder.File("model.safetensors");
            old.Save(path);
            File.WriteAllText(folder.File(AtomicFile.TemporaryName("model.safetensors")), "left over by a crash");
            FaultyFileSystem disk = new(n, forever, name =>
                noSpace ? new IOException($"No space left on device: {name}", 28) : new UnauthorizedAccessException(name));

            Exception? thrown = Record.Exception(() => ModelFile.Save(@new, path, null, disk));

            failed = disk.HasFailed;
            uint[] found = TestModels.Bits(Sequential.Load(path));
            if (thrown is null)
                found.Should().Equal(TestModels.Bits(@new), "the save succeeded ({0})", string.Join(", ", disk.Operations));
            else
                found.Should().Match<IEnumerable<uint>>(bits =>
                    bits.SequenceEqual(TestModels.Bits(old)) || bits.SequenceEqual(TestModels.Bits(@new)));
            bool isTidying = disk.FailedOperation is null or "list" or "delete abandoned";
            (thrown is null).Should().Be(isTidying && !(forever && disk.HasFailed), "tidying up is no part of the save ({0})",
                disk.FailedOperation);
            @new.Save(path);
            folder.Names.Should().Equal("model.safetensors");
            TestModels.Bits(Sequential.Load(path)).Should().Equal(TestModels.Bits(@new));
        }
        n.Should().Be(13, "a save of this model takes eleven operations that can fail");
    }

    [Fact]
    public void A_temporary_that_somebody_is_writing_is_left_alone()
    {
        using TemporaryFolder folder = new();
        using ITemporaryFile other = PhysicalFileSystem.Instance.CreateTemporary(folder.File("m"), "m");

        TestModels.Small().Save(folder.File("m"));

        folder.Names.Should().BeEquivalentTo([Path.GetFileName(other.Path), "m"]);
    }

    [Fact]
    public void Threads_that_save_to_one_path_all_succeed_and_leave_one_whole_file()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("m");
        Sequential[] models = Enumerable.Range(0, 4).Select(i => TestModels.Small(i)).ToArray();

        models[0].Save(path);

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            models[i % 4].Save(path);
            Sequential.Load(path).Name.Should().Be("small");
        });

        uint[] bits = TestModels.Bits(Sequential.Load(path));
        models.Should().Contain(model => TestModels.Bits(model).SequenceEqual(bits));
        folder.Names.Should().Equal("m");
    }

    [SkippableFact]
    public void A_file_is_private_while_temporary_and_then_has_the_mode_of_the_one_it_replaces()
    {
        Skip.If(OperatingSystem.IsWindows());
        if (OperatingSystem.IsWindows())
            return;
        using TemporaryFolder folder = new();
        string path = folder.File("m");
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherWrite;
        string plain = folder.File("plain");
        File.WriteAllText(plain, "");
        using (ITemporaryFile temporary = PhysicalFileSystem.Instance.CreateTemporary(path, "m"))
            File.GetUnixFileMode(temporary.Path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        TestModels.Small().Save(path);
        File.GetUnixFileMode(path).Should().Be(File.GetUnixFileMode(plain));
        File.SetUnixFileMode(path, mode);
        TestModels.Small().Save(path);
        File.GetUnixFileMode(path).Should().Be(mode);
    }

    [SkippableFact]
    public void A_link_stays_a_link_and_its_target_is_replaced()
    {
        Skip.If(OperatingSystem.IsWindows());
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("target"), "old");
        File.CreateSymbolicLink(folder.File("link"), "target");

        TestModels.Small().Save(folder.File("link"));

        new FileInfo(folder.File("link")).LinkTarget.Should().Be("target");
        Sequential.Load(folder.File("target")).Name.Should().Be("small");
    }

    [Fact]
    public void Only_abandoned_temporaries_of_the_same_file_are_tidied_away()
    {
        using TemporaryFolder folder = new();
        string own = AtomicFile.TemporaryName("m");
        string[] others =
        [
            AtomicFile.TemporaryName("other"), "notes.neuralcore-tmp", $".{Guid.NewGuid():N}.neuralcore-tmp",
            own.Replace(".neuralcore", "x.neuralcore"),
            own[..^20] + ".neuralcore-tmp", own[..18] + new string('g', 32) + ".neuralcore-tmp",
        ];
        foreach (string name in others.Append(own))
            File.WriteAllText(folder.File(name), "");

        TestModels.Small().Save(folder.File("m"));

        folder.Names.Should().BeEquivalentTo([.. others, "m"]);
    }

    [Fact]
    public void Checkpoints_of_a_folder_tidy_up_after_one_another()
    {
        using TemporaryFolder folder = new();
        using Trainer<int> trainer = Fits.CancelAfter(3);
        Checkpoint checkpoint = trainer.CreateCheckpoint();
        string target = folder.File("checkpoint-000000000002.safetensors");
        using (ITemporaryFile killed = PhysicalFileSystem.Instance.CreateTemporary(target, "checkpoint-.safetensors"))
            killed.Write([1, 2, 3]);

        checkpoint.SaveIn(folder.Path);

        folder.Names.Should().Equal("checkpoint-000000000003.safetensors");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said_so()
    {
        Action save = () => TestModels.Small().Save("/nowhere/at/all/m.safetensors");

        save.Should().Throw<DirectoryNotFoundException>()
            .WithMessage("/nowhere/at/all/m.safetensors cannot be written: the folder /nowhere/at/all does not exist.");
    }
}
