// Runs what a test needs a process of its own for, and prints the outcome as one line of JSON:
//   train <small|large> <threads>     path and hash of the fixed training
//   allocate <small|large> <threads>  bytes that warm steps, a warm fit and warm predictions allocate
using NeuralCore.Numerics;
using NeuralCore.TestHost;

string size = args.ElementAtOrDefault(1) ?? FixedTraining.Small;
int threads = int.Parse(args.ElementAtOrDefault(2) ?? "1");
try
{
    switch (args.FirstOrDefault())
    {
        case "train":
            string hash = FixedTraining.Run(size, threads);
            Console.WriteLine($$"""{"path":"{{InstructionSet.Current}}","hash":"{{hash}}"}""");
            return 0;
        case "allocate":
            Console.WriteLine(
                $$"""{"steps":{{Allocations.OfTrainSteps(size, threads)}},"fit":{{Allocations.OfFit(size, threads)}},"one":{{Allocations.OfPredictions(1)}},"batch":{{Allocations.OfPredictions(100)}}}""");
            return 0;
        default:
            Console.Error.WriteLine("Say train or allocate.");
            return 2;
    }
}
catch (InvalidOperationException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
