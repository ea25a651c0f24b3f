using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using NeuralCore.Numerics;
using NeuralCore.Randomness;

namespace NeuralCore.Data;

/// <summary>The random deformation of one image, keyed by epoch and row.</summary>
internal sealed class ImageWarp
{
    // The tail beyond is below 0.0001 of the Gaussian, as in scipy.
    private const float TruncateAt = 4;

    // Counters of the elastic fields lie behind those of the other draws.
    private const uint FirstField = 1;

    [ThreadStatic]
    private static float[]? _scratch;

    private readonly int _height;
    private readonly int _width;
    private readonly int _channels;
    private readonly ImageAugmentation _settings;
    private readonly RandomStream _stream;
    private readonly float[] _gaussian;

    internal ImageWarp(Shape shape, ImageAugmentation settings, RandomStream stream)
    {
        (_height, _width, _channels) = (shape[0], shape[1], shape.Rank == 2 ? 1 : shape[2]);
        _settings = settings;
        _stream = stream;
        _gaussian = Gaussian(settings.ElasticSigma);
    }

    private bool IsElastic => _settings.ElasticAlpha > 0;

    private int Radius => _gaussian.Length / 2;

    /// <summary>Deforms an image in place. Thread-safe; allocates only the first time on a thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Apply(Span<float> image, int epoch, int row)
    {
        int pixels = _height * _width;
        int padded = (_height + 2 * Radius) * _width + _width + 2 * Radius;
        Span<float> scratch = Scratch(image.Length + (IsElastic ? 2 * pixels + padded : 0));
        Span<float> original = scratch[..image.Length];
        Span<float> fields = scratch[image.Length..];
        image.CopyTo(original);
        if (IsElastic)
        {
            for (int axis = 0; axis < 2; axis++)
                DrawField(fields.Slice(axis * pixels, pixels), fields[(2 * pixels)..], axis, epoch, row);
        }

        PhiloxBlock draws = Philox4x32.Block(_stream.Key, 0, (uint)row, (uint)epoch, 0);
        (double sine, double cosine) = Degrees.SinCos(_settings.Rotation * Symmetric(draws.Word0));
        double scale = 1 + _settings.Scale * (double)Symmetric(draws.Word1);
        (double across, double down) = (cosine / scale, sine / scale);
        double centerX = (_width - 1) / 2.0;
        double centerY = (_height - 1) / 2.0;
        double shiftX = centerX + _settings.Shift * Symmetric(draws.Word2);
        double shiftY = centerY + _settings.Shift * Symmetric(draws.Word3);
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                int pixel = y * _width + x;
                double fromX = centerX + (across * (x - shiftX) + down * (y - shiftY));
                double fromY = centerY + (across * (y - shiftY) - down * (x - shiftX));
                if (IsElastic)
                {
                    fromX += fields[pixel];
                    fromY += fields[pixels + pixel];
                }
                Interpolate(original, fromX, fromY, image.Slice(pixel * _channels, _channels));
            }
        }
    }

    // Bilinear, with zeros around the image.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Interpolate(ReadOnlySpan<float> image, double x, double y, Span<float> result)
    {
        result.Clear();
        if (!(x > -1 && x < _width && y > -1 && y < _height))
            return;
        (double left, double top) = (Math.Floor(x), Math.Floor(y));
        float right = (float)(x - left);
        float low = (float)(y - top);
        Add(image, (int)left, (int)top, (1 - right) * (1 - low), result);
        Add(image, (int)left + 1, (int)top, right * (1 - low), result);
        Add(image, (int)left, (int)top + 1, (1 - right) * low, result);
        Add(image, (int)left + 1, (int)top + 1, right * low, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(ReadOnlySpan<float> image, int x, int y, float weight, Span<float> result)
    {
        if ((uint)x >= (uint)_width || (uint)y >= (uint)_height)
            return;
        int start = (y * _width + x) * _channels;
        for (int channel = 0; channel < result.Length; channel++)
            result[channel] += weight * image[start + channel];
    }

    // Uniform noise, smoothed along both axes with zeros around it, times alpha.
    private void DrawField(Span<float> field, Span<float> padded, int axis, int epoch, int row)
    {
        uint first = FirstField + (uint)(axis * ((field.Length + 3) / 4));
        PhiloxBlock block = default;
        for (int i = 0; i < field.Length; i++)
        {
            if ((i & 3) == 0)
                block = Philox4x32.Block(_stream.Key, first + (uint)(i >> 2), (uint)row, (uint)epoch, 0);
            field[i] = Symmetric(block[i]);
        }

        Span<float> tall = padded[..((_height + 2 * Radius) * _width)];
        tall.Clear();
        field.CopyTo(tall[(Radius * _width)..]);
        field.Clear();
        for (int tap = 0; tap < _gaussian.Length; tap++)
            TensorPrimitives.MultiplyAdd(tall.Slice(tap * _width, field.Length), _gaussian[tap], field, field);

        Span<float> wide = padded.Slice(tall.Length, _width + 2 * Radius);
        wide.Clear();
        for (int y = 0; y < _height; y++)
        {
            Span<float> line = field.Slice(y * _width, _width);
            line.CopyTo(wide[Radius..]);
            line.Clear();
            for (int tap = 0; tap < _gaussian.Length; tap++)
                TensorPrimitives.MultiplyAdd(wide.Slice(tap, _width), _gaussian[tap], line, line);
            TensorPrimitives.Multiply(line, _settings.ElasticAlpha, line);
        }
    }

    // From -1, included, to 1, excluded.
    private static float Symmetric(uint word) => (word >> 8) * (2f / (1 << 24)) - 1;

    private static float[] Gaussian(float sigma)
    {
        int radius = (int)(TruncateAt * sigma + 0.5f);
        double[] weights = Enumerable.Range(-radius, 2 * radius + 1).Select(distance =>
            (double)Elementary.Exp(-0.5f * distance * distance / (sigma * sigma))).ToArray();
        double sum = 0;
        foreach (double weight in weights)
            sum += weight;
        return Array.ConvertAll(weights, weight => (float)(weight / sum));
    }

    private static Span<float> Scratch(int length)
    {
        if (_scratch is null || _scratch.Length < length)
            _scratch = new float[length];
        return _scratch.AsSpan(0, length);
    }
}
