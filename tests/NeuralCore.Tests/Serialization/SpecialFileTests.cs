using System.Diagnostics;
using NeuralCore.Data;
using NeuralCore.Models;
using NeuralCore.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Tests.Training;
using NeuralCore.Training;

namespace NeuralCore.Tests.Serialization;

/// <summary>Devices, FIFOs, folders and limits of the system: refused in plain words, nothing replaced, nothing hangs.</summary>
public class SpecialFileTests
{
    public static TheoryData<string> Readers => ["model", "checkpoint", "weights", "images", "labels", "dataset"];

    [SkippableTheory]
    [MemberData(nameof(Readers))]
    public void A_FIFO_or_a_device_is_not_opened_for_reading(string what)
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no mkfifo on Windows.");
        using TemporaryFolder folder = new();
        string fifo = MakeFifo(folder);
        string link = folder.File("link");
        File.CreateSymbolicLink(link, "fifo");

        Watchdog.Run(() =>
        {
            Read(what, fifo).Should().Throw<IOException>().WithMessage($"{fifo} is a FIFO (named pipe): expected *file.");
            Read(what, link).Should().Throw<IOException>().WithMessage($"{link} is a FIFO (named pipe)*");
            Read(what, "/dev/null").Should().Throw<IOException>().WithMessage("/dev/null is a device*");
            Read(what, "/dev/zero").Should().Throw<IOException>().WithMessage("/dev/zero is a device*");
            Read(what, folder.Path).Should().Throw<IOException>().WithMessage($"{folder.Path} is a folder*");
            Read(what, folder.File("none")).Should().Throw<FileNotFoundException>().WithMessage($"{folder.File("none")} does not exist*");
        });
    }

    [SkippableFact]
    public void A_FIFO_or_a_folder_is_not_replaced()
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no mkfifo on Windows.");
        using TemporaryFolder folder = new();
        string fifo = MakeFifo(folder);
        using Trainer<int> trainer = Fits.CancelAfter(1);
        Checkpoint checkpoint = trainer.CreateCheckpoint();

        Watchdog.Run(() =>
        {
            foreach (Action<string> save in new Action<string>[] { path => TestModels.Small().Save(path), checkpoint.Save })
            {
                save.Invoking(s => s(fifo))
                    .Should().Throw<IOException>().WithMessage($"{fifo} is a FIFO (named pipe): expected a file that can be replaced.");
                save.Invoking(s => s(folder.Path)).Should().Throw<IOException>().WithMessage($"{folder.Path} is a folder*");
            }
        });

        folder.Names.Should().Equal("fifo");
        FluentActions.Invoking(() => RegularFile.Require(fifo, "a file")).Should().Throw<IOException>("it is one still");
    }

    [SkippableFact]
    public void A_device_is_refused_before_anything_is_written()
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no /dev/null on Windows.");

        // Only the check that every save begins with: were it missing, a save would replace the machine's device.
        FluentActions.Invoking(() => PhysicalFileSystem.Instance.Resolve("/dev/null"))
            .Should().Throw<IOException>().WithMessage("/dev/null is a device*");
    }

    [SkippableFact]
    public void A_limit_on_the_size_of_files_is_an_error_of_the_disk()
    {
        Skip.If(OperatingSystem.IsWindows() || !File.Exists("/bin/bash"), "There is no bash.");
        using TemporaryFolder folder = new();
        string path = folder.File("m");
        TestModels.Small().Save(path);
        byte[] before = File.ReadAllBytes(path);

        // 8 blocks of 1 KB. The signal, unless it is ignored, ends the process as kill -9 does. The runtime maps its code from a file of
        // its own unless it is told not to.
        const string script = "trap '' XFSZ; ulimit -f 8; exec dotnet exec \"$0\" once \"$1\"";
        ProcessStartInfo start = new("/bin/bash", ["-c", script, CrashHost, path]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        output.Should().StartWith($"IOException 27: {path} cannot be written: ").And.Contain("ulimit -f");
        File.ReadAllBytes(path).Should().Equal(before);
        folder.Names.Should().Equal("m");
    }

    [SkippableFact]
    public void A_folder_without_permission_is_named_with_the_file()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Permissions do not bind this user.");
        if (OperatingSystem.IsWindows())
            return;
        using TemporaryFolder folder = new();
        string closed = folder.File("closed");
        Directory.CreateDirectory(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Action save = () => TestModels.Small().Save(Path.Combine(closed, "m"));

        save.Should().Throw<UnauthorizedAccessException>()
            .WithMessage($"{closed}/m cannot be written: no permission to create files in {closed}.");
    }

    [Theory]
    [InlineData("89504E470D0A1A0A0000000D49484452", "a PNG image")]
    [InlineData("504B03041400000008000000", "a ZIP archive, as PyTorch (.pt)*")]
    [InlineData("894844460D0A1A0A00000000", "an HDF5 file, as Keras (.h5) writes")]
    [InlineData("48656C6C6F2C20776F726C642E", "another kind of file, which starts with 48656C6C6F2C20776F")]
    public void Another_kind_of_file_is_said_to_be_no_safetensors_file(string bytes, string what)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("m");
        File.WriteAllBytes(path, Convert.FromHexString(bytes));

        foreach (string reader in new[] { "model", "checkpoint", "weights" })
            Read(reader, path)
                .Should().Throw<InvalidDataException>().WithMessage($"{path}, offset 0: expected a safetensors file, found {what}.");
    }

    private static string CrashHost => Path.Combine(AppContext.BaseDirectory, "NeuralCore.CrashHost.dll");

    private static Action Read(string what, string path) => what switch
    {
        "model" => () => Sequential.Load(path),
        "checkpoint" => () => Checkpoint.Load(path),
        "weights" => () => TestModels.Small().LoadWeights(path),
        "images" => () => IdxReader.ReadImages(path, out _),
        "labels" => () => IdxReader.ReadLabels(path),
        _ => () => IdxReader.ReadDataset(path, path),
    };

    private static string MakeFifo(TemporaryFolder folder)
    {
        string path = folder.File("fifo");
        using Process? process = Process.Start("mkfifo", [path]);
        process!.WaitForExit();
        process.ExitCode.Should().Be(0);
        return path;
    }
}
