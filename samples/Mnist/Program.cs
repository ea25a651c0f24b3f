using NeuralCore.Samples.Mnist.Commands;

return CommandLine.Run(args);
