namespace NeuralCore.Layers;

/// <summary>What a layer declared when it joined a model: its name, shapes, parameters and memory.</summary>
internal sealed class BoundLayer
{
    internal required string Name { get; init; }

    internal required Shape InputShape { get; init; }

    internal required Shape OutputShape { get; init; }

    internal required IReadOnlyList<Parameter> Parameters { get; init; }

    internal required BackwardReads BackwardReads { get; init; }

    internal required bool IsView { get; init; }

    internal required bool CanRunInPlace { get; init; }

    internal required bool IsReLU { get; init; }

    internal required bool FusesReLU { get; init; }

    internal required float? MaskScale { get; init; }

    internal required int CachePerSample { get; init; }

    /// <summary>
    /// How many values the layer reduces each column of its input to over the batch; 0 for a layer that does not mix rows.
    /// </summary>
    internal required int Reduced { get; init; }

    internal bool ReducesOverBatch => Reduced > 0;

    /// <summary>The length in floats of each worker's scratch memory.</summary>
    internal required int Scratch { get; init; }

    internal required int PackedLength { get; init; }

    internal required int Panels { get; init; }

    internal required bool PackedForBackwardOnly { get; init; }
}
