using NeuralCore.Samples.Mnist.Experiments;

namespace NeuralCore.Samples.Mnist.Data;

/// <summary>Smooth curves on the pixel grid, made of short straight pieces.</summary>
internal static class Curve
{
    private const int Side = Experiment.ImageSide;
    private const int PiecesPerSpan = 6;

    /// <summary>Lowers each pixel's squared distance to the curve, for pixels nearer than <paramref name="reach"/>.</summary>
    /// <param name="points">x, y, x, y, ... in pixels. The curve passes through all (Catmull-Rom); a repeated point makes a corner.</param>
    /// <param name="reach">The distance from the curve within which pixels are updated.</param>
    /// <param name="squares">Squared distances, row by row.</param>
    internal static void Trace(ReadOnlySpan<float> points, float reach, Span<float> squares)
    {
        int last = points.Length / 2 - 1;
        (float fromX, float fromY) = (points[0], points[1]);
        for (int span = 0; span < last; span++)
        {
            if (points.Slice(2 * span, 2).SequenceEqual(points.Slice(2 * span + 2, 2)))
                continue;
            int before = Math.Max(span - 1, 0);
            int after = Math.Min(span + 2, last);
            for (int piece = 1; piece <= PiecesPerSpan; piece++)
            {
                float t = (float)piece / PiecesPerSpan;
                float x = Blend(points[2 * before], points[2 * span], points[2 * span + 2], points[2 * after], t);
                float y = Blend(
                    points[2 * before + 1], points[2 * span + 1], points[2 * span + 3], points[2 * after + 1], t);
                TracePiece(fromX, fromY, x, y, reach, squares);
                (fromX, fromY) = (x, y);
            }
        }
    }

    // E. Catmull and R. Rom, "A class of local interpolating splines", 1974, with the usual tension of 1/2.
    private static float Blend(float before, float from, float to, float after, float t)
    {
        float a = 3 * (from - to) + after - before;
        float b = 2 * before - 5 * from + 4 * to - after;
        float c = to - before;
        return from + 0.5f * t * (c + t * (b + t * a));
    }

    private static void TracePiece(float fromX, float fromY, float toX, float toY, float reach, Span<float> squares)
    {
        float dx = toX - fromX;
        float dy = toY - fromY;
        float length = dx * dx + dy * dy;
        int left = Math.Max((int)(Math.Min(fromX, toX) - reach), 0);
        int right = Math.Min((int)(Math.Max(fromX, toX) + reach), Side - 1);
        int top = Math.Max((int)(Math.Min(fromY, toY) - reach), 0);
        int bottom = Math.Min((int)(Math.Max(fromY, toY) + reach), Side - 1);
        for (int row = top; row <= bottom; row++)
        {
            for (int column = left; column <= right; column++)
            {
                // From the pixel's centre to the nearest point of the piece.
                float x = column + 0.5f - fromX;
                float y = row + 0.5f - fromY;
                float along = length > 0 ? Math.Clamp((x * dx + y * dy) / length, 0, 1) : 0;
                x -= along * dx;
                y -= along * dy;
                squares[row * Side + column] = Math.Min(squares[row * Side + column], x * x + y * y);
            }
        }
    }
}
