// Runs what a test needs a process of its own for, and prints the outcome as one line of JSON:
//   train <small|large|pixels> <threads>   path and hash of the fixed training
//   kernels                           runs every hot kernel once
//   allocate <small|large> <threads>  bytes that warm steps, a warm fit and warm predictions allocate
//   idle <small|large> <threads>      processor time of 300 ms after training
//   forget <large> <threads>          threads and bytes that 300 forgotten trainers leave behind
//   paths                             the vector paths of this processor, the one in use in brackets
//   crowd <small> <threads>           what a step says on more threads than the system starts, and the threads that stay
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
                $$"""{"steps":{{Allocations.OfTrainSteps(size, threads)}},"weighted":{{Allocations.OfWeightedSteps(size, threads)}},"""
                + $$""" "fit":{{Allocations.OfFit(size, threads)}},"""
                + $$""" "one":{{Allocations.OfPredictions(1)}},"batch":{{Allocations.OfPredictions(100)}}}""");
            return 0;
        case "kernels":
            KernelTour.Run();
            Console.WriteLine($$"""{"path":"{{InstructionSet.Current}}"}""");
            return 0;
        case "idle":
            Console.WriteLine(FormattableString.Invariant($$"""{"milliseconds":{{Leftovers.IdleMilliseconds(size, threads)}}}"""));
            return 0;
        case "forget":
            (int grownThreads, long grownBytes) = Leftovers.OfForgotten(models: 300, threads);
            Console.WriteLine($$"""{"threads":{{grownThreads}},"bytes":{{grownBytes}}}""");
            return 0;
        case "paths":
            Console.WriteLine(string.Join(' ', Enum.GetValues<VectorPath>().Where(InstructionSet.IsSupported)
                .Select(path => path == InstructionSet.Current ? $"[{path}]" : $"{path}")));
            return 0;
        case "crowd":
            (string message, int left) = Leftovers.OfTooManyThreads(threads);
            Console.WriteLine($$"""{"message":"{{message}}","threads":{{left}}}""");
            return 0;
        default:
            Console.Error.WriteLine("Say train, allocate, kernels, idle, forget, paths or crowd.");
            return 2;
    }
}
catch (InvalidOperationException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
