namespace NeuralCore.Training;

/// <summary>A terminal, whose current line can be rewritten.</summary>
internal interface ITerminal
{
    /// <summary>The characters in a line; 0 where the terminal does not say.</summary>
    int Width { get; }
}
