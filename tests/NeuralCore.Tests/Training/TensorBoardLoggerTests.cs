using System.Diagnostics;
using System.Text.Json;
using NeuralCore.Serialization;
using NeuralCore.Tests.Contracts;
using NeuralCore.Tests.Serialization;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>Event files, read back by a reader of their own in Python: tests/fixtures/tensorboard.py.</summary>
public class TensorBoardLoggerTests
{
    [SkippableFact]
    public void Another_reader_finds_the_figures_of_the_history()
    {
        using TemporaryFolder folder = new();

        TrainingHistory history = Fit(new TensorBoardLogger(folder.File("run")), epochs: 3);

        JsonElement[] train = Read(Files(folder.File("run"), "train").Should().ContainSingle().Subject);
        JsonElement[] validation = Read(Files(folder.File("run"), "validation").Should().ContainSingle().Subject);
        foreach (JsonElement[] events in new[] { train, validation })
        {
            events.Should().HaveCount(4);
            events[0].GetProperty("file_version").GetString().Should().Be("brain.Event:2");
            events.Skip(1).Select(entry => entry.GetProperty("step").GetInt32()).Should().Equal(1, 2, 3);
            events.Select(entry => entry.GetProperty("wall_time").GetDouble()).Should().BeInAscendingOrder()
                .And.OnlyContain(time => time > 1.7e9 && time < 1e10);
        }
        for (int epoch = 0; epoch < 3; epoch++)
        {
            Scalars(train[epoch + 1]).Should().Equal(new Dictionary<string, float>
            {
                ["epoch_loss"] = (float)history.Epochs[epoch].Training.Loss,
                ["epoch_accuracy"] = (float)history.Epochs[epoch].Training.Accuracy,
                ["epoch_learning_rate"] = 0.01f,
            });
            Scalars(validation[epoch + 1]).Should().Equal(new Dictionary<string, float>
            {
                ["epoch_loss"] = (float)history.Epochs[epoch].Validation!.Loss,
                ["epoch_accuracy"] = (float)history.Epochs[epoch].Validation!.Accuracy,
            });
        }
    }

    [SkippableFact]
    public void A_resumed_fit_tells_the_reader_to_drop_later_epochs()
    {
        using TemporaryFolder folder = new();
        using TemporaryFolder checkpoints = new();
        Fit(new TensorBoardLogger(folder.Path), epochs: 3, more: new ModelCheckpoint(checkpoints.Path, keep: 100));
        Checkpoint first = Directory.GetFiles(checkpoints.Path).Select(Checkpoint.Load).OrderBy(checkpoint => checkpoint.Step).First();
        using TemporaryFolder more = new();

        Fit(new TensorBoardLogger(folder.Path), epochs: 3, more: new ModelCheckpoint(more.Path, keep: 100), resumeFrom: first);

        string[] files = Files(folder.Path, "train");
        files.Should().HaveCount(2);
        JsonElement[] events = Read(files[1]);
        events[1].GetProperty("status").GetInt32().Should().Be(1, "1 is START of SessionLog.SessionStatus");
        events.Skip(1).Select(entry => entry.GetProperty("step").GetInt32()).Should().Equal(2, 2, 3);
        Read(files[0]).Should().OnlyContain(entry => entry.ValueKind == JsonValueKind.Object && !HasStatus(entry));
    }

    [Fact]
    public void A_record_has_the_bytes_of_the_format()
    {
        byte[] record = TensorBoardEvents.Scalars(DateTimeOffset.UnixEpoch.AddSeconds(1.5), 300, [("a", 0.5)]);

        // Length 24, its masked CRC; wall time 1.5, step 300 (AC 02), summary of 10 bytes, value of 8, tag "a", 0.5f; masked CRC.
        Convert.ToHexString(record)[..16].Should().Be("1800000000000000");
        Convert.ToHexString(record)[24..^8].Should().Be("09000000000000F83F" + "10AC02" + "2A0A" + "0A08" + "0A0161" + "150000003F");
    }

    private static bool HasStatus(JsonElement entry) => entry.TryGetProperty("status", out _);

    private static TrainingHistory Fit(TensorBoardLogger logger, int epochs, Callback? more = null, Checkpoint? resumeFrom = null)
    {
        using Trainer<int> trainer = Fits.Compile(TestModels.Small());
        Callback[] callbacks = more is null ? [logger] : [logger, more];
        return trainer.Fit(TestModels.Data(), Fits.Options(epochs) with { Callbacks = callbacks, ResumeFrom = resumeFrom });
    }

    private static string[] Files(string folder, string run) =>
        Directory.GetFiles(Path.Combine(folder, run), "events.out.tfevents.*").Order(StringComparer.Ordinal).ToArray();

    private static Dictionary<string, float> Scalars(JsonElement entry) => entry.GetProperty("scalars").EnumerateObject()
        .ToDictionary(property => property.Name, property => property.Value.GetSingle());

    private static JsonElement[] Read(string file)
    {
        ProcessStartInfo start = new("python3", [Repository.PathOf("tests/fixtures/tensorboard.py"), file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.Should().Be(0, error.Result);
            return JsonDocument.Parse(output).RootElement.EnumerateArray().ToArray();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new SkipException("There is no python3.");
        }
    }
}
