using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace NeuralCore.Training;

/// <summary>
/// The records of a TensorBoard event file: TFRecord framing (length, masked CRC-32C of the length, data, masked CRC-32C of the data)
/// around messages of event.proto, of which three kinds are written.
/// </summary>
/// <remarks>
/// Sources: TensorFlow, core/lib/io/record_writer.h (framing), core/util/event.proto and core/framework/summary.proto (field numbers).
/// </remarks>
internal static class TensorBoardEvents
{
    // Fields of the messages; the wire types are 0 (varint), 1 (64 bits), 2 (length-delimited) and 5 (32 bits).
    private const byte WallTime = 1 << 3 | 1;
    private const byte Step = 2 << 3 | 0;
    private const byte FileVersion = 3 << 3 | 2;
    private const byte Summary = 5 << 3 | 2;
    private const byte RunLog = 7 << 3 | 2;
    private const byte SummaryValue = 1 << 3 | 2;
    private const byte ValueTag = 1 << 3 | 2;
    private const byte ValueSimple = 2 << 3 | 5;
    private const byte RunLogStatus = 1 << 3 | 0;
    private const int StatusStart = 1;

    /// <summary>The first record of every file.</summary>
    internal static byte[] Header(DateTimeOffset time) =>
        Record(Message(time, 0, Field(FileVersion, "brain.Event:2"u8)));

    /// <summary>Tells readers to forget what earlier files of the folder say from a step on.</summary>
    internal static byte[] Restart(DateTimeOffset time, long step) =>
        Record(Message(time, step, Field(RunLog, [RunLogStatus, StatusStart])));

    /// <summary>Some figures of a step, each in a diagram of its own.</summary>
    internal static byte[] Scalars(DateTimeOffset time, long step, IEnumerable<(string Tag, double Value)> figures) =>
        Record(Message(time, step, Field(Summary, figures.SelectMany(figure => Scalar(figure.Tag, figure.Value)).ToArray())));

    private static byte[] Scalar(string tag, double value)
    {
        byte[] simple = new byte[5];
        simple[0] = ValueSimple;
        BinaryPrimitives.WriteSingleLittleEndian(simple.AsSpan(1), (float)value);
        return Field(SummaryValue, [.. Field(ValueTag, Encoding.UTF8.GetBytes(tag)), .. simple]);
    }

    private static byte[] Message(DateTimeOffset time, long step, byte[] what)
    {
        byte[] wallTime = new byte[9];
        wallTime[0] = WallTime;
        BinaryPrimitives.WriteDoubleLittleEndian(wallTime.AsSpan(1), (time - DateTimeOffset.UnixEpoch).TotalSeconds);
        return [.. wallTime, Step, .. Varint((ulong)step), .. what];
    }

    private static byte[] Field(byte key, ReadOnlySpan<byte> content) => [key, .. Varint((ulong)content.Length), .. content];

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value > 0x7F; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes.ToArray();
    }

    private static byte[] Record(byte[] data)
    {
        byte[] record = new byte[8 + 4 + data.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedCrc(record.AsSpan(0, 8)));
        data.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), MaskedCrc(data));
        return record;
    }

    private static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        crc = ~crc;
        return BitOperations.RotateRight(crc, 15) + 0xA282EAD8;
    }
}
