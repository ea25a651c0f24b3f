using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NeuralCore.Numerics;
using NeuralCore.Samples.Mnist.Output;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Mnist.Sweeps;

/// <summary>Measures the time and the FMA peak for one process' part of a sweep, and records its machine.</summary>
internal sealed class PartClock
{
    internal const string TimeFormat = "yyyy-MM-ddTHH:mm:ssZ";

    private PartClock(PartRecord start) => Start = start;

    /// <summary>The record as known at the start.</summary>
    internal PartRecord Start { get; }

    /// <summary>The time since the start of the part, including reading the data.</summary>
    internal Stopwatch Clock { get; } = Stopwatch.StartNew();

    /// <summary>Measures the peak, then starts the clock.</summary>
    internal static PartClock Begin(string command, PlanRecord plan, int jobs)
    {
        double peak = FmaPeak.Measure();
        return new PartClock(new PartRecord
        {
            Schema = PartRecord.CurrentSchema,
            Id = Guid.NewGuid().ToString("N")[..12],
            Started = DateTime.UtcNow.ToString(TimeFormat, CultureInfo.InvariantCulture),
            Command = command,
            Plan = plan,
            Version = LibraryVersion.Full,
            Runtime = RuntimeInformation.FrameworkDescription,
            System = $"{RuntimeInformation.OSDescription.Trim()} {RuntimeInformation.ProcessArchitecture}",
            Processor = ProcessorName(),
            Processors = Environment.ProcessorCount,
            VectorBits = (int)InstructionSet.Current,
            Jobs = jobs,
            PeakBefore = peak,
        });
    }

    /// <summary>Stops the clock, then measures the peak again.</summary>
    internal PartRecord End()
    {
        double seconds = Clock.Elapsed.TotalSeconds;
        return Start with { WallSeconds = seconds, PeakAfter = FmaPeak.Measure() };
    }

    private static string ProcessorName()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                string? line = File.ReadLines("/proc/cpuinfo")
                    .FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
                if (line is not null)
                    return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }
        catch (Exception e) when (FileError.Is(e))
        {
            // Fall back to the architecture.
        }
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
