using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;

namespace NeuralCore.Samples.Mnist.Data;

/// <summary>
/// Downloads the files of MNIST into a folder. A file appears there complete and verified, or not at all. Whatever a server sends, the
/// download ends, does not fill the disk and never stores other bytes.
/// </summary>
internal sealed class MnistDownload
{
    private const int BufferSize = 1 << 16;
    private const int MostRedirects = 5;

    private readonly Queue<Uri> _mirrors;
    private readonly IReadOnlyList<MnistFile> _files;
    private readonly DownloadLimits _limits;
    private readonly IProgress<DownloadProgress>? _progress;

    internal MnistDownload(
        IEnumerable<Uri> mirrors,
        IProgress<DownloadProgress>? progress = null,
        DownloadLimits? limits = null,
        IReadOnlyList<MnistFile>? files = null)
    {
        _mirrors = new Queue<Uri>(mirrors);
        _progress = progress;
        _limits = limits ?? new DownloadLimits();
        _files = files ?? MnistFile.All;
    }

    /// <summary>Downloads the files that the folder lacks, decompressed, from the first mirror that has them.</summary>
    /// <exception cref="DownloadException">
    /// No mirror delivered one of the files, or the folder cannot be written. The message gives each mirror's error.
    /// </exception>
    /// <exception cref="OperationCanceledException">The user interrupted the download.</exception>
    internal async Task FetchAsync(string folder, CancellationToken cancellation)
    {
        if (_mirrors.Count == 0)
            throw new DownloadException($"no mirror to ask ({Mirrors.EnvironmentVariable} is {Mirrors.None})");
        try
        {
            Directory.CreateDirectory(folder);
            RemoveLeftovers(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DownloadException($"cannot write {folder}: {e.Message}");
        }
        using HttpClient client = CreateClient();
        foreach (MnistFile file in _files.Where(file => !MnistFolder.Has(folder, file)))
            await FetchAsync(client, file, folder, cancellation);
    }

    private HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        ConnectTimeout = _limits.Connect,
        MaxAutomaticRedirections = MostRedirects,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 64,
        UseCookies = false,
    })
    {
        // Each wait has its own limit below.
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "NeuralCore-sample" } },
    };

    private async Task FetchAsync(HttpClient client, MnistFile file, string folder, CancellationToken cancellation)
    {
        List<string> failures = [];
        for (int tries = _mirrors.Count; tries > 0; tries--)
        {
            Uri mirror = _mirrors.Peek();
            string? failure = await TryFetchAsync(client, mirror, file, folder, cancellation);
            if (failure is null)
                return;
            failures.Add($"{mirror}: {failure}");
            // The next file starts with the mirror that worked, not with a slow one.
            _mirrors.Enqueue(_mirrors.Dequeue());
        }
        throw new DownloadException(string.Join("; ", failures));
    }

    private async Task<string?> TryFetchAsync(
        HttpClient client, Uri mirror, MnistFile file, string folder, CancellationToken cancellation)
    {
        string temporary = Path.Combine(folder, $"{file.Name}.{Guid.NewGuid():N}.tmp");
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limits.File);
        try
        {
            await FetchAsync(client, mirror, file, temporary, limit.Token);
            File.Move(temporary, Path.Combine(folder, file.Name), overwrite: true);
            _progress?.Report(new(file, mirror, file.Length, IsDone: true));
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"took longer than {_limits.File.TotalSeconds:0.#} s for {file.Name}";
        }
        catch (Exception e) when (
            e is HttpRequestException or InvalidDataException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            return e is HttpRequestException { InnerException: { } inner } ? inner.Message : e.Message;
        }
        finally
        {
            TryDelete(temporary);
        }
    }

    private async Task FetchAsync(HttpClient client, Uri mirror, MnistFile file, string temporary, CancellationToken cancellation)
    {
        Uri address = new(mirror, file.Name + ".gz");
        using HttpResponseMessage response = await Patience.WaitAsync(
            token => client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, token),
            _limits.Connect + _limits.Stall,
            cancellation);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"answered {(int)response.StatusCode} {response.StatusCode} for {file.Name}.gz");

        using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        // A compressed file is smaller than its content. The limit also ends an endless stream of empty blocks.
        using BoundedStream bounded = new(body, file.Length + BufferSize, _limits.Stall);
        using GZipStream content = new(bounded, CompressionMode.Decompress);
        using FileStream stream = new(
            temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.Asynchronous);
        await CopyAsync(content, stream, file, mirror, cancellation);
        stream.Flush(flushToDisk: true);
    }

    private async Task CopyAsync(Stream content, Stream destination, MnistFile file, Uri mirror, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferSize];
        long total = 0;
        while (await content.ReadAsync(buffer, cancellation) is > 0 and int read)
        {
            total += read;
            if (total > file.Length)
                throw new InvalidDataException($"{file.Name} is longer than {file.Length} bytes: not MNIST");
            hash.AppendData(buffer, 0, read);
            await destination.WriteAsync(buffer.AsMemory(0, read), cancellation);
            _progress?.Report(new(file, mirror, total, IsDone: false));
        }
        if (total != file.Length)
            throw new InvalidDataException($"{file.Name} ended after {total} of {file.Length} bytes");
        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != file.Sha256)
        {
            throw new InvalidDataException(
                $"{file.Name} has other bytes than MNIST (SHA-256 {found[..12]}..., expected {file.Sha256[..12]}...)");
        }
    }

    // Temporary files of killed processes. Those less than a day old may still be in use.
    private static void RemoveLeftovers(string folder)
    {
        DateTime limit = DateTime.UtcNow.AddDays(-1);
        foreach (string path in Directory.EnumerateFiles(folder, "*.tmp").Where(path => File.GetLastWriteTimeUtc(path) < limit))
            TryDelete(path);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The message reports the first error.
        }
    }
}
