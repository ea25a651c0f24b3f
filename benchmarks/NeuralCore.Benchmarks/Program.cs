using BenchmarkDotNet.Running;
using NeuralCore.Benchmarks.Comparison;

if (args is ["compare", .. string[] rest])
    return CompareCommand.Run(rest);

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
