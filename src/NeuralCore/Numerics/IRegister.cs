namespace NeuralCore.Numerics;

/// <summary>One vector register of floats, and the shape of a product's tile in as many registers as the processor has.</summary>
internal unsafe interface IRegister<TVector> : IVectorOperations<TVector>
    where TVector : unmanaged
{
    /// <summary>
    /// The rows of a tile that is so many vectors wide: its accumulators, a row of B and an element of A fit the registers.
    /// </summary>
    static abstract int TileRows(int vectors);

    /// <summary>Stands for the first <paramref name="lanes"/> (1 to all) lanes.</summary>
    static abstract TVector EdgeMask(int lanes);

    /// <summary>Reads the lanes of an edge mask and nothing else; the other lanes are undefined.</summary>
    static abstract TVector MaskedLoad(float* source, TVector lanes);

    /// <summary>Writes the lanes of an edge mask and nothing else.</summary>
    static abstract void MaskedStore(float* destination, TVector lanes, TVector value);
}
