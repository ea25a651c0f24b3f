using NeuralCore.Samples.Mnist.Commands;
using NeuralCore.Samples.Mnist.Output;

StandardOutput.Install();
return CommandLine.Run(args);
