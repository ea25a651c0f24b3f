using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra.Single;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>MathNet.Numerics with its managed provider, single-threaded.</summary>
/// <remarks>Its matrices are column-major, so a row-major product is computed with the factors swapped: C^T = B^T A^T.</remarks>
internal sealed class MathNetGemm : IGemmPeer
{
    private readonly ILinearAlgebraProvider _provider;

    internal MathNetGemm()
    {
        Control.UseManaged();
        Control.UseSingleThread();
        _provider = LinearAlgebraControl.Provider;
    }

    public string Name => "MathNet";

    public string Version => $"MathNet.Numerics {typeof(DenseMatrix).Assembly.GetName().Version}, {_provider}";

    public void Multiply(float[] a, float[] b, float[] c, GemmShape shape)
    {
        // A row-major matrix read as column-major is its transpose: rows and columns below are those of the column-major view.
        (int rowsB, int columnsB) = shape.TransposeB ? (shape.K, shape.N) : (shape.N, shape.K);
        (int rowsA, int columnsA) = shape.TransposeA ? (shape.M, shape.K) : (shape.K, shape.M);
        if (!shape.TransposeA && !shape.TransposeB)
        {
            _provider.MatrixMultiply(b, rowsB, columnsB, a, rowsA, columnsA, c);
            return;
        }
        _provider.MatrixMultiplyWithUpdate(
            shape.TransposeB ? Transpose.Transpose : Transpose.DontTranspose,
            shape.TransposeA ? Transpose.Transpose : Transpose.DontTranspose,
            1, b, rowsB, columnsB, a, rowsA, columnsA, 0, c);
    }
}
