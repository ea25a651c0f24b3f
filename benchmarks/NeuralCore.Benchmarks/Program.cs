using NeuralCore.Benchmarks.Comparison;

if (args is ["compare", .. string[] rest])
    return CompareCommand.Run(rest);

Console.WriteLine();
return 0;
