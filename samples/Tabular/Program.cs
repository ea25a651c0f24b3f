using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Tabular.Commands;

StandardOutput.Install();
return CommandLine.Run(args);
