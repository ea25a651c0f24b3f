using NeuralCore.Randomness;
using NeuralCore.Samples.Mnist.Data;
using NeuralCore.Samples.Mnist.Experiments;
using NeuralCore.Samples.Mnist.Reporting;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>Synthetic reports: all experiments with plausible figures, always the same.</summary>
internal static class ReportFixture
{
    internal const int Epochs = 20;

    /// <summary>A hostile command line or processor name.</summary>
    internal const string Hostile = "report --out \"<script>alert('x')</script>\" & more";

    /// <param name="seeds">How many seeds each experiment has.</param>
    /// <param name="data"><c>mnist</c> or <c>synthetic</c>.</param>
    /// <param name="experiments">Which experiments; all by default.</param>
    /// <param name="epochs">How many epochs each run has.</param>
    internal static ReportData Build(int seeds = 5, string data = "mnist", Func<Experiment, bool>? experiments = null, int epochs = Epochs)
    {
        LabelledImages test = SyntheticDigits.Draw(1, 500).Test;
        RunRecord[] runs = ExperimentTable.All.Where(experiments ?? (_ => true))
            .SelectMany(experiment => Enumerable.Range(1, seeds).Select(seed => Run(experiment, seed, data, test, epochs))).ToArray();
        return ReportBuilder.Build(runs, test, Made(data, epochs));
    }

    private static RunRecord Run(Experiment experiment, int seed, string data, LabelledImages test, int epochs)
    {
        bool isBasic = experiment.Id == ExperimentTable.BasicId;
        // The categorical and the sparse form of the loss train to the same bits.
        string network = isBasic ? "basic" : $"{experiment.Widths} {experiment.Dropout}";
        RandomStream random = RandomStream.Derive((ulong)seed, network);
        RandomStream common = RandomStream.Derive((ulong)seed, "what all networks of a seed share");
        double effect = experiment.Hidden.Count == 3 ? -0.0011 : experiment.Hidden[0] == 156 && experiment.Dropout == 0.5 ? 0.0012 : 0.0001;
        double accuracy = (isBasic ? 0.923 : 0.9785 + effect) + 0.0008 * common.NormalAt(0) + 0.0004 * random.NormalAt(0);
        byte[] predictions = Predictions(test, random, common, isBasic ? 0.08f : 0.03f);
        return new RunRecord
        {
            Schema = RunRecord.CurrentSchema,
            Version = "0.1.0",
            Experiment = experiment.Id,
            Seed = seed,
            Epochs = epochs,
            BatchSize = 512,
            Data = data,
            DataSha256 = new string('a', 64),
            Part = "part",
            FinishedAfterSeconds = 10 * seed,
            TrainSeconds = 4.5,
            DenseFlops = 8e11,
            TestLoss = (isBasic ? 0.274 : 0.072 - 5 * effect) + 0.003 * random.NormalAt(1),
            TestAccuracy = accuracy,
            RawTestLoss = isBasic ? 34.6 + 0.5 * random.NormalAt(2) : null,
            RawTestAccuracy = isBasic ? 0.921 : null,
            RawTraining = isBasic ? seed % 2 == 1 ? new RawTraining(2, null, null) : new RawTraining(null, 2.3012, 0.1135) : null,
            WeightsSha256 = Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes($"{network} {seed}"))),
            History = Enumerable.Range(0, epochs).Select(epoch => Epoch(epoch, experiment, random)).ToArray(),
            Predictions = predictions,
            WorstMistakes = Enumerable.Range(0, test.Count).Where(image => predictions[image] != test.Label(image)).Take(12)
                .Select(image => new Mistake(
                    image,
                    test.Label(image),
                    predictions[image],
                    0.99 - 0.01 * random.UniformAt(5),
                    0.001 * random.UniformAt((ulong)image))).ToArray(),
        };
    }

    private static EpochRecord Epoch(int epoch, Experiment experiment, RandomStream random)
    {
        double slow = experiment.Optimizer == OptimizerKind.Sgd ? 0.15 : 1;
        double loss = (0.6 + 0.5 * experiment.Dropout) / (1 + slow * epoch) * (1 + 0.03 * random.NormalAt((ulong)(100 + epoch)));
        return new EpochRecord(loss, 1 - 0.28 * loss);
    }

    // Most wrong images are wrong for every network.
    private static byte[] Predictions(LabelledImages test, RandomStream random, RandomStream common, float share)
    {
        byte[] predictions = new byte[test.Count];
        RandomStream hard = RandomStream.Derive(0, "hard images");
        for (int i = 0; i < predictions.Length; i++)
        {
            bool isWrong = hard.UniformAt((ulong)i) < share * 0.6f
                || random.UniformAt((ulong)(1000 + i)) < share * 0.2f
                || common.UniformAt((ulong)(1000 + i)) < share * 0.2f;
            predictions[i] = (byte)(isWrong ? (test.Label(i) + 1 + (int)(hard.UniformAt((ulong)(9000 + i)) * 9)) % 10 : test.Label(i));
        }
        return predictions;
    }

    private static Provenance Made(string data, int epochs) => new(
        Hostile,
        "0.1.0",
        epochs,
        IsAsPublished: epochs == Epochs,
        data,
        new string('a', 64),
        [
            new PartRecord
            {
                Schema = PartRecord.CurrentSchema,
                Id = "part",
                Started = "2026-01-01T00:00:00Z",
                Command = Hostile,
                Plan = new PlanRecord(ExperimentTable.All.Select(experiment => experiment.Id).ToArray(), 5, null, 1, 1),
                Version = "0.1.0",
                Runtime = ".NET 10.0.0",
                System = "Linux x64",
                Processor = "A <b>processor</b> & its cache",
                Processors = 2,
                VectorBits = 512,
                Jobs = 2,
                PeakBefore = 2e11,
                PeakAfter = 2e11,
                WallSeconds = 800,
            },
        ],
        800,
        1.5e14,
        2e11);
}
