using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>A local web server that answers each path as the test specifies, also with invalid responses.</summary>
internal sealed class LocalServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _requests = new();

    /// <param name="answer">Writes the answer to a path; the connection is closed after it.</param>
    internal LocalServer(Func<string, Stream, CancellationToken, Task> answer)
    {
        _listener.Start();
        _ = AcceptAsync(answer);
    }

    internal Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/mnist/");

    /// <summary>The requested paths, in order.</summary>
    internal string[] Requests => [.. _requests];

    internal static Task Send(Stream stream, byte[] body, string status = "200 OK", string headers = "", int? length = null) =>
        stream.WriteAsync((byte[])[.. Header(status, headers, length ?? body.Length), .. body]).AsTask();

    private static byte[] Header(string status, string headers, long length) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n");

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync(Func<string, Stream, CancellationToken, Task> answer)
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token), answer);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, Func<string, Stream, CancellationToken, Task> answer)
    {
        using TcpClient connection = client;
        try
        {
            using StreamReader reader = new(client.GetStream(), Encoding.ASCII, leaveOpen: true);
            string path = (await reader.ReadLineAsync(_end.Token))!.Split(' ')[1];
            while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 })
            {
            }
            _requests.Enqueue(path);
            await answer(path, client.GetStream(), _end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or NullReferenceException)
        {
            // The client hung up, or the test is over.
        }
    }
}
