using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Models;

/// <summary>Predictions of whole data sets: the bits of each row alone, on any number of threads.</summary>
public class SequentialPredictionTests
{
    // More than two chunks, and no whole number of blocks.
    private const int Count = 4096 * 2 + 37;
    private const int Size = 23;

    public static TheoryData<string, int> Cases
    {
        get
        {
            TheoryData<string, int> cases = [];
            foreach (string kind in new[] { "floats", "bytes", "subset", "stream", "rows" })
            {
                foreach (int threads in new[] { 0, 1, 2, 3, 7 })
                    cases.Add(kind, threads);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_row_has_the_bits_that_it_has_alone(string kind, int threads)
    {
        FeatureSource source = Source(kind);
        Sequential model = Model();

        float[] found = model.Predict(source, threads);

        float[] expected = RowByRow(model, source);
        Bits(found).Should().Equal(Bits(expected));
        model.PredictClasses(source, threads).Should().Equal(OneHot.Decode(expected, 3));
    }

    [Fact]
    public void Zeros_are_skipped_with_the_same_bits()
    {
        float[] values = TestData.Normals(700 * Size);
        for (int i = 0; i < values.Length; i++)
            values[i] = i / Size % 5 == 0 || i % 3 != 0 ? 0 : values[i];
        ArrayFeatures source = new(values, [Size]);
        Sequential model = Model();
        Bits(model.Predict(source, 2)).Should().Equal(Bits(RowByRow(model, source)));
    }

    [Fact]
    public void A_row_with_NaN_spoils_no_other()
    {
        float[] values = TestData.Normals(100 * Size);
        values[50 * Size + 3] = float.NaN;
        ArrayFeatures source = new(values, [Size]);
        Sequential model = Model();
        float[] found = model.Predict(source, 2);
        found.Select((value, i) => float.IsNaN(value) ? i / 3 : -1).Where(row => row >= 0).Distinct().Should().Equal(50);
        Bits(found).Should().Equal(Bits(RowByRow(model, source)));
    }

    [Fact]
    public void Data_sets_and_arrays_are_predicted_as_their_features()
    {
        Sequential model = Model();
        Dataset<int> data = Dataset.From(TestData.Normals(10 * Size), [Size], TestData.Labels(10, 3));
        float[] expected = model.Predict(data.Features);
        model.Predict(data).Should().Equal(expected);
        model.PredictClasses(data).Should().Equal(OneHot.Decode(expected, 3));
        float[] values = new float[10 * Size];
        data.Features.Gather(Enumerable.Range(0, 10).ToArray(), values);
        float[][] rows = values.Chunk(Size).ToArray();
        model.Predict(rows).Should().Equal(expected);
        model.PredictClasses(rows).Should().Equal(OneHot.Decode(expected, 3));
        model.PredictClasses(values).Should().Equal(OneHot.Decode(expected, 3));
        model.Predict(new ArrayFeatures(Array.Empty<float>(), [Size])).Should().BeEmpty();
    }

    [Fact]
    public void One_output_is_a_probability_with_a_threshold_of_one_half()
    {
        Sequential sigmoid = new([1], [new Dense(1, new Sigmoid())]);
        sigmoid.Parameters[0].Values[0] = 1;
        sigmoid.PredictClasses(new float[,] { { -3 }, { 0 }, { 0.001f }, { 50 } }).Should().Equal(0, 0, 1, 1);
        Sequential model = new([1], [new Flatten()]);
        model.PredictClasses(new float[,] { { 0.2f }, { 0.5f }, { 0.500001f }, { 1 }, { float.NaN } }).Should().Equal(0, 0, 1, 1, 0);
        FluentActions.Invoking(() => new Sequential([2], [new Dense(1)]).PredictClasses(new float[,] { { 1, 2 } })).Should()
            .Throw<ShapeException>().WithMessage("*dense*not a probability*Sigmoid*");
        FluentActions.Invoking(() => new Sequential([2], [new Dense(1, new Tanh())]).PredictClasses(new float[,] { { 1, 2 } })).Should()
            .Throw<ShapeException>();
        FluentActions.Invoking(() => new Sequential([2, 2], [new ReLU()]).PredictClasses(new float[4])).Should().Throw<ShapeException>();
    }

    [Fact]
    public void Wrong_shapes_and_thread_counts_are_refused()
    {
        Sequential model = Model();
        FluentActions.Invoking(() => model.Predict(new float[,] { { 1, 2 } })).Should().Throw<ShapeException>()
            .WithMessage("sequential: expects samples [23], but the inputs have [2]*");
        foreach (int threads in new[] { -1, 1025, int.MaxValue })
        {
            FluentActions.Invoking(() => model.Predict(Source("floats"), threads)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("*1 to 1024*");
        }
    }

    [Fact]
    public void A_cancellation_ends_the_call_within_a_chunk()
    {
        using CancellationTokenSource cancellation = new();
        Stream source = new(1_000_000, (row, _) =>
        {
            if (row == 5000)
                cancellation.Cancel();
        });
        FluentActions.Invoking(() => Model().Predict(source, 2, cancellation.Token)).Should().Throw<OperationCanceledException>();
        source.Gathered.Should().BeLessThan(20_000);
    }

    [Fact]
    public void A_source_s_exception_surfaces_once_and_the_model_stays_usable()
    {
        Stream source = new(Count, (row, _) =>
        {
            if (row == 777)
                throw new IOException("row 777");
        });
        Sequential model = Model();
        FluentActions.Invoking(() => model.Predict(source, 3)).Should().Throw<IOException>().WithMessage("row 777");
        model.Predict(Source("floats")).Should().HaveCount(Count * 3);
        using Trainer<int> trainer = model.Compile(new Sgd(0.01f), new SparseCategoricalCrossEntropy());
        trainer.Fit(Dataset.From(TestData.Normals(10 * Size), [Size], TestData.Labels(10, 3)));
    }

    [Fact]
    public void During_a_fit_only_callbacks_may_predict()
    {
        Sequential model = Model();
        FeatureSource source = Source("floats");
        Dataset<int> data = Dataset.From(TestData.Normals(64 * Size), [Size], TestData.Labels(64, 3));
        using Trainer<int> trainer = model.Compile(new Sgd(0.01f), new SparseCategoricalCrossEntropy());
        Predicting callback = new(model, source);
        trainer.Fit(data, new() { Callbacks = [callback], Threads = 2 });
        callback.Length.Should().Be(Count * 3);
        callback.Elsewhere.Should().BeOfType<InvalidOperationException>().Which.Message.Should().StartWith("The model is being trained.");
    }

    private static Sequential Model() => new([Size], [new Dense(40, new ReLU()), new Dense(3, new Softmax())], seed: 3);

    private static FeatureSource Source(string kind)
    {
        float[] values = TestData.Normals(Count * Size);
        return kind switch
        {
            "floats" => new ArrayFeatures(values, [Size]),
            "bytes" => new ByteFeatures(Array.ConvertAll(values, value => (byte)Math.Max(0, value * 80)), [Size]),
            "subset" => Dataset.From(values, [Size], new int[Count]).Subset(Enumerable.Range(0, Count).Reverse().ToArray()).Features,
            "rows" => values.Chunk(Size).ToArray(),
            _ => new Stream(Count),
        };
    }

    private static float[] RowByRow(Sequential model, FeatureSource source)
    {
        float[] row = new float[Size];
        float[] output = new float[source.Count * 3];
        for (int i = 0; i < source.Count; i++)
        {
            source.Gather([i], row);
            model.Predict(row, output.AsSpan(i * 3, 3));
        }
        return output;
    }

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);

    private sealed class Predicting(Sequential model, FeatureSource source) : Callback
    {
        internal int Length { get; private set; }

        internal Exception? Elsewhere { get; private set; }

        public override void OnStepEnd(FitContext context)
        {
            Length = model.Predict(source).Length;
            Thread thread = new(() => Elsewhere = Record.Exception(() => model.Predict(source)));
            thread.Start();
            thread.Join();
        }
    }

    /// <summary>Rows made as they are read.</summary>
    private sealed class Stream(int count, Action<int, int>? read = null) : FeatureSource(count, [Size])
    {
        private int _gathered;

        internal int Gathered => _gathered;

        public override void Gather(ReadOnlySpan<int> rows, Span<float> destination)
        {
            CheckGather(rows, destination);
            Interlocked.Add(ref _gathered, rows.Length);
            for (int r = 0; r < rows.Length; r++)
            {
                read?.Invoke(rows[r], r);
                for (int i = 0; i < Size; i++)
                    destination[r * Size + i] = (rows[r] * 31 + i * 7) % 17 - 8;
            }
        }
    }
}
