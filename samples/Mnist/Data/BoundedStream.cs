namespace NeuralCore.Samples.Mnist.Data;

/// <summary>Reads another stream, asynchronously only, with a limit on its length and on each wait.</summary>
/// <param name="inner">The stream to read. The caller disposes of it.</param>
/// <param name="limit">The largest number of bytes allowed.</param>
/// <param name="stall">The longest wait for the next bytes.</param>
internal sealed class BoundedStream(Stream inner, long limit, TimeSpan stall) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await Patience.WaitAsync(token => inner.ReadAsync(buffer, token).AsTask(), stall, cancellationToken);
        _read += read;
        return _read <= limit ? read : throw new InvalidDataException($"sent more than {limit} bytes");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
