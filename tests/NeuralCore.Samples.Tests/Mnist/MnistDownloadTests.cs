using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Tests.Data;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Downloads from local servers that behave well, slowly or wrongly.</summary>
public sealed class MnistDownloadTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * i >> 7))];
    private static readonly MnistFile File = new("digits", Content.Length, Convert.ToHexStringLower(SHA256.HashData(Content)));
    private static readonly DownloadLimits Short = new()
    {
        Connect = TimeSpan.FromSeconds(1),
        Stall = TimeSpan.FromSeconds(0.5),
        File = TimeSpan.FromSeconds(3),
    };

    private readonly IdxFiles _files = new();
    private readonly List<DownloadProgress> _progress = [];

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task File_arrives_decompressed_with_progress()
    {
        using LocalServer server = Serve(IdxFiles.Gzip(Content));

        await Fetch([server.Address]);

        HasArrived().Should().BeTrue();
        server.Requests.Should().Equal("/mnist/digits.gz");
        _progress[^1].Should().Be(new DownloadProgress(File, server.Address, Content.Length, true));
        _progress.Where(step => !step.IsDone).Select(step => step.Bytes)
            .Should().BeInAscendingOrder().And.HaveCountGreaterThan(1).And.Contain(Content.Length);
    }

    [Fact]
    public async Task Files_that_are_there_are_not_asked_for()
    {
        using LocalServer server = Serve(IdxFiles.Gzip(Content));
        _files.Write("digits.gz", [1, 2, 3]);

        await Fetch([server.Address]);

        server.Requests.Should().BeEmpty();
        Directory.GetFiles(_files.Folder).Should().ContainSingle();
    }

    [Fact]
    public async Task Wrong_bytes_are_not_kept_and_the_next_mirror_is_asked()
    {
        byte[] wrong = [.. Content];
        wrong[^1] ^= 1;
        using LocalServer bad = Serve(IdxFiles.Gzip(wrong));
        using LocalServer good = Serve(IdxFiles.Gzip(Content));

        (await Failure([bad.Address])).Should().ContainAll(bad.Address.ToString(), "other bytes than MNIST", File.Sha256[..12]);
        await Fetch([bad.Address, good.Address]);

        HasArrived().Should().BeTrue();
    }

    [Fact]
    public async Task Mirror_that_worked_is_asked_first_for_the_next_file()
    {
        using LocalServer bad = new((_, stream, _) => LocalServer.Send(stream, [], "403 Forbidden"));
        using LocalServer good = Serve(IdxFiles.Gzip(Content));

        await new MnistDownload([bad.Address, good.Address], null, Short, [File, File with { Name = "more" }])
            .FetchAsync(_files.Folder, default);

        bad.Requests.Should().Equal("/mnist/digits.gz");
        good.Requests.Should().Equal("/mnist/digits.gz", "/mnist/more.gz");
    }

    [Fact]
    public async Task Refusals_are_told()
    {
        using LocalServer server = new((_, stream, _) => LocalServer.Send(stream, "go away"u8.ToArray(), "403 Forbidden"));

        (await Failure([server.Address, Closed()])).Should().ContainAll("answered 403 Forbidden for digits.gz", "refused");
    }

    [Fact]
    public async Task Cut_connections_and_cut_files_are_failures()
    {
        byte[] whole = IdxFiles.Gzip(Content);
        using LocalServer connection = new((_, stream, _) => LocalServer.Send(stream, whole[..(whole.Length / 2)], length: whole.Length));
        using LocalServer file = Serve(whole[..(whole.Length / 2)]);
        using LocalServer page = Serve("<html>Log in to the hotel's network</html>"u8.ToArray());
        using LocalServer nothing = new((_, _, _) => Task.CompletedTask);

        (await Failure([connection.Address])).Should().Contain(connection.Address.ToString());
        (await Failure([file.Address])).Should().MatchRegex(@"ended after \d+ of 200000 bytes");
        await Failure([page.Address]);
        await Failure([nothing.Address]);
    }

    [Fact]
    public async Task Redirects_are_followed_but_not_for_ever()
    {
        using LocalServer server = new((path, stream, _) => path.Contains("moved")
            ? LocalServer.Send(stream, IdxFiles.Gzip(Content))
            : LocalServer.Send(stream, [], "302 Found", "Location: /moved/digits.gz\r\n"));
        using LocalServer round = new((path, stream, _) => LocalServer.Send(stream, [], "302 Found", $"Location: {path}\r\n"));

        (await Failure([round.Address])).Should().Contain("302");
        round.Requests.Length.Should().BeLessThan(10);
        await Fetch([server.Address]);
        HasArrived().Should().BeTrue();
    }

    [Fact]
    public async Task Slow_start_is_waited_for()
    {
        using LocalServer server = new(async (_, stream, end) =>
        {
            await Task.Delay(250, end);
            await LocalServer.Send(stream, IdxFiles.Gzip(Content));
        });

        await Fetch([server.Address]);
        HasArrived().Should().BeTrue();
    }

    [Fact]
    public async Task Silence_ends_before_and_within_the_answer()
    {
        byte[] whole = IdxFiles.Gzip(Content);
        using LocalServer before = new((_, _, end) => Task.Delay(Timeout.Infinite, end));
        using LocalServer within = new(async (_, stream, end) =>
        {
            await LocalServer.Send(stream, whole[..1000], length: whole.Length);
            await Task.Delay(Timeout.Infinite, end);
        });

        (await Failure([before.Address])).Should().Contain("sent nothing for 1.5 s");
        (await Failure([within.Address])).Should().Contain("sent nothing for 0.5 s");
    }

    [Fact]
    public async Task Drops_are_not_waited_for_for_ever()
    {
        byte[] whole = IdxFiles.Gzip(Content);
        using LocalServer server = new(async (_, stream, end) =>
        {
            await LocalServer.Send(stream, [], length: whole.Length);
            foreach (byte one in whole)
            {
                await stream.WriteAsync(new[] { one }, end);
                await Task.Delay(20, end);
            }
        });

        (await Failure([server.Address], Short with { File = TimeSpan.FromSeconds(0.8) })).Should().Contain("took longer than 0.8 s");
    }

    [Fact]
    public async Task Bombs_stay_small()
    {
        using LocalServer large = Serve(IdxFiles.Gzip(new byte[50_000_000]));
        // Empty stored blocks: compressed data without an end and without content.
        IEnumerable<byte> blocks = Enumerable.Repeat<byte[]>([0, 0, 0, 0xFF, 0xFF], 100_000).SelectMany(block => block);
        byte[] empty = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, .. blocks];
        using LocalServer hollow = Serve(empty);

        (await Failure([large.Address])).Should().Contain("longer than 200000 bytes");
        (await Failure([hollow.Address])).Should().Contain("sent more than");
    }

    [Fact]
    public async Task Interruption_ends_a_download_at_once()
    {
        using CancellationTokenSource interruption = new();
        using LocalServer server = new((_, _, end) =>
        {
            interruption.Cancel();
            return Task.Delay(Timeout.Infinite, end);
        });

        await FluentActions
            .Awaiting(() => new MnistDownload([server.Address], null, null, [File]).FetchAsync(_files.Folder, interruption.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        Directory.GetFiles(_files.Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task Leftovers_of_killed_processes_go_and_those_that_may_grow_stay()
    {
        using LocalServer server = Serve(IdxFiles.Gzip(Content));
        _files.Write("digits.old.tmp", [1]);
        System.IO.File.SetLastWriteTimeUtc(Path.Combine(_files.Folder, "digits.old.tmp"), DateTime.UtcNow.AddDays(-2));
        _files.Write("digits.new.tmp", [1]);

        await Fetch([server.Address]);

        Directory.GetFiles(_files.Folder).Select(Path.GetFileName).Should().BeEquivalentTo("digits", "digits.new.tmp");
    }

    [Fact]
    public void Display_counts_up_in_a_terminal_and_leaves_a_line_for_each_file()
    {
        StringWriter writer = new();
        using (DownloadDisplay display = new(Terminal.To(writer, 30, isInteractive: true)))
        {
            display.Report(new(MnistFile.TestImages, Mirrors.Public[0], 2_000_000, false));
            display.Report(new(MnistFile.TestImages, Mirrors.Public[0], MnistFile.TestImages.Length, true));
        }

        // The name does not fit and is omitted, not truncated; then the line is erased.
        writer.ToString().Should().StartWith("2.0 of 7.8 MB\r" + new string(' ', 13) + "\r");
        writer.ToString().ReplaceLineEndings("").Replace(" ", "").Should().EndWith(
            "Downloadedt10k-images-idx3-ubytefromossci-datasets.s3.amazonaws.com:7.8MB,SHA-256asexpected");
    }

    [Fact]
    public async Task Folder_that_cannot_be_is_told()
    {
        using LocalServer server = Serve(IdxFiles.Gzip(Content));
        _files.Write("file", []);

        string folder = Path.Combine(_files.Folder, "file", "cache");
        await FluentActions.Awaiting(() => new MnistDownload([server.Address], null, null, [File]).FetchAsync(folder, default))
            .Should().ThrowAsync<DownloadException>().WithMessage("cannot write *");
        server.Requests.Should().BeEmpty();
    }

    private static LocalServer Serve(byte[] body) => new((_, stream, _) => LocalServer.Send(stream, body));

    /// <summary>An address without a server.</summary>
    private static Uri Closed()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }

    private Task Fetch(Uri[] mirrors, DownloadLimits? limits = null) =>
        new MnistDownload(mirrors, new Recorder(_progress), limits ?? Short, [File]).FetchAsync(_files.Folder, default);

    /// <summary>The message of a failed download, which must leave no files.</summary>
    private async Task<string> Failure(Uri[] mirrors, DownloadLimits? limits = null)
    {
        DownloadException e = (await FluentActions.Awaiting(() => Fetch(mirrors, limits)).Should().ThrowAsync<DownloadException>()).Which;
        Directory.GetFiles(_files.Folder).Should().BeEmpty();
        return e.Message;
    }

    private bool HasArrived() =>
        Directory.GetFiles(_files.Folder).Should().ContainSingle().Which.Equals(Path.Combine(_files.Folder, "digits"))
        && System.IO.File.ReadAllBytes(Path.Combine(_files.Folder, "digits")).AsSpan().SequenceEqual(Content);

    private sealed class Recorder(List<DownloadProgress> steps) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => steps.Add(value);
    }
}
