using NeuralCore.Data;
using NeuralCore.Layers;
using NeuralCore.Losses;
using NeuralCore.Metrics;
using NeuralCore.Models;
using NeuralCore.Optimizers;
using NeuralCore.Serialization;
using NeuralCore.Tests.Support;
using NeuralCore.Training;

namespace NeuralCore.Tests.Training;

/// <summary>Weights of samples and of classes: the row's loss times its weight, summed and divided by the number of rows.</summary>
public class WeightedTrainingTests
{
    private const int Rows = 40;
    private const int Classes = 3;

    private static readonly float[] Input = TestData.Normals(Rows * 5);
    private static readonly int[] Labels = TestData.Labels(Rows, Classes);
    private static readonly float[] RowWeights = Array.ConvertAll(TestData.Normals(Rows, 9), value => value < 0 ? 0 : 2 * value);

    private static Dataset<int> Data => Dataset.From(Input, [5], Labels);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_step_s_loss_and_gradients_are_the_weighted_sums_over_the_rows(int threads)
    {
        Sequential model = Model();
        (double expectedLoss, Dictionary<string, double[]> expected) = Naive(model, RowWeights);
        using Trainer<int> trainer = model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());

        double loss = trainer.TrainStep(Input, Labels, RowWeights, threads);

        loss.Should().BeApproximately(expectedLoss, 1e-6);
        foreach (Parameter parameter in model.Parameters)
            Weights.RelativeDistance(trainer.GradientOf(parameter), expected[parameter.FullName]).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void A_loss_of_the_user_s_is_weighted_too_and_an_unfused_one()
    {
        foreach (Loss<int> loss in new Loss<int>[] { new Custom(), new SparseCategoricalCrossEntropy(fromLogits: true) })
        {
            Sequential model = new([5], [new Dense(Classes)], seed: 3);
            using Trainer<int> trainer = model.Compile(new Sgd(0), loss);
            double[] rows = Enumerable.Range(0, Rows).Select(row =>
                trainer.TrainStep(Input.AsSpan(5 * row, 5), Labels.AsSpan(row, 1))).ToArray();

            double weighted = trainer.TrainStep(Input, Labels, RowWeights);

            weighted.Should().BeApproximately(rows.Select((value, row) => value * RowWeights[row]).Sum() / Rows, 1e-9);
        }
    }

    [Fact]
    public void A_fit_a_step_and_an_evaluation_weigh_alike()
    {
        Sequential first = Model();
        Sequential second = Model();
        using Trainer<int> fitted = first.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy(), new Accuracy());
        using Trainer<int> stepped = second.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());
        Evaluation before = fitted.Evaluate(Data.WithWeights(RowWeights));
        double accuracy = fitted.Evaluate(Data).Accuracy;

        TrainingHistory history = fitted.Fit(Data.WithWeights(RowWeights), new() { BatchSize = Rows, Shuffle = false });
        double step = stepped.TrainStep(Input, Labels, RowWeights);

        Weights.Hash(first).Should().Be(Weights.Hash(second));
        history.Epochs[0].Training.Loss.Should().Be(step).And.Be(before.Loss);
        before.Accuracy.Should().Be(accuracy, "metrics are not weighted");
    }

    [Fact]
    public void Weights_of_one_give_the_bits_of_no_weights()
    {
        string unweighted = Fit(Data);
        Fit(Data.WithWeights(Enumerable.Repeat(1f, Rows).ToArray())).Should().Be(unweighted);
        Fit(Data, classWeights: [1, 1, 1]).Should().Be(unweighted);
        Fit(Data.WithWeights(RowWeights)).Should().NotBe(unweighted);
    }

    [Fact]
    public void Class_weights_are_the_sample_weights_of_their_rows_and_multiply_those_of_the_data()
    {
        float[] classWeights = [0.5f, 2, 0];
        float[] ofRows = Array.ConvertAll(Labels, label => classWeights[label]);
        float[] products = ofRows.Zip(RowWeights, (a, b) => a * b).ToArray();

        Fit(Data, classWeights).Should().Be(Fit(Data.WithWeights(ofRows)));
        Fit(Data.WithWeights(RowWeights), classWeights).Should().Be(Fit(Data.WithWeights(products)));
        FitOneHot(Data.ToOneHot(Classes), classWeights).Should().Be(Fit(Data, classWeights));
    }

    [Fact]
    public void Class_weights_do_not_weigh_the_validation_data_but_its_own_weights_do()
    {
        Evaluation plain = Validate(Data, null);
        Validate(Data, [0.5f, 2, 4]).Loss.Should().NotBe(plain.Loss, "the weights of the model differ");
        Validate(Data, [0.5f, 2, 4], rate: 0).Loss.Should().Be(Validate(Data, null, rate: 0).Loss);
        Validate(Data.WithWeights(RowWeights), null, rate: 0).Loss.Should().NotBe(Validate(Data, null, rate: 0).Loss);
    }

    [Fact]
    public void A_batch_of_zero_weights_changes_nothing_and_is_finite()
    {
        Sequential model = Model();
        string before = Weights.Hash(model);
        using Trainer<int> trainer = model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy(), new Accuracy());
        Dataset<int> data = Data.WithWeights(new float[Rows]);

        Evaluation result = trainer.Fit(data, new() { BatchSize = 16, Epochs = 2 }).Epochs[^1].Training;

        result.Loss.Should().Be(0);
        result.Accuracy.Should().BePositive();
        trainer.TrainStep(Input, Labels, new float[Rows]).Should().Be(0);
        trainer.Evaluate(data).Loss.Should().Be(0);
        Weights.Hash(model).Should().Be(before);
    }

    [Fact]
    public void A_row_that_is_not_finite_stops_the_fit_even_at_a_weight_of_zero()
    {
        float[] input = [.. Input];
        input[7 * 5] = float.NaN;
        float[] weights = Enumerable.Repeat(1f, Rows).ToArray();
        weights[7] = 0;
        Sequential model = Model();
        string before = Weights.Hash(model);
        using Trainer<int> trainer = model.Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());

        trainer.Invoking(t => t.TrainStep(input, Labels, weights)).Should().Throw<NonFiniteException>().WithMessage("*NaN in row 7*");
        Weights.Hash(model).Should().Be(before);
    }

    [Fact]
    public void Wrong_weights_are_refused_before_anything_is_trained()
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(), new SparseCategoricalCrossEntropy());
        trainer.Invoking(t => t.TrainStep(Input, Labels, [1, 2])).Should().Throw<ArgumentException>()
            .WithMessage("40 rows need 40 weights, got 2.*");
        trainer.Invoking(t => t.TrainStep(new float[10], [0, 1], [1, -1])).Should().Throw<ArgumentException>()
            .WithMessage("The weight of row 1 is -1*");
        Refuses(trainer, [1, 2], "There are 2 class weights, but the network tells 3 classes apart*dataset.WithWeights*");
        Refuses(trainer, new float[Rows], "There are 40 class weights, but the network tells 3*");
        Refuses(trainer, [1, float.NaN, 1], "The weight of class 1 is NaN*");
        trainer.StepCount.Should().Be(0);

        using Trainer<float> regression = new Sequential([5], [new Dense(1)]).Compile(new Sgd(), new MeanSquaredError());
        regression.Invoking(t => t.Fit(Dataset.From(Input, [5], TestData.Normals(Rows), 1), new() { ClassWeights = [1, 2] })).Should()
            .Throw<ArgumentException>().WithMessage("Class weights need the class of each sample*");
    }

    [Fact]
    public void A_fit_does_not_resume_with_other_weights()
    {
        Checkpoint weighted = CheckpointOf(Data.WithWeights(RowWeights), null);
        Resume(weighted, Data.WithWeights(RowWeights), null).Should().NotThrow();
        Resume(weighted, Data, null).Should().Throw<ArgumentException>().WithMessage("*training data's weights: * none now*");
        float[] others = [.. RowWeights];
        others[^1]++;
        Resume(weighted, Data.WithWeights(others), null).Should().Throw<ArgumentException>().WithMessage("*training data's weights: *");

        Checkpoint balanced = CheckpointOf(Data, [1, 2, 0.5f]);
        Resume(balanced, Data, [1, 2, 0.5f]).Should().NotThrow();
        Resume(balanced, Data, [1, 2, 0.25f]).Should().Throw<ArgumentException>()
            .WithMessage("*class weights: 1, 2, 0.5 in the checkpoint, 1, 2, 0.25 now*");
        Resume(balanced, Data, null).Should().Throw<ArgumentException>()
            .WithMessage("*class weights: 1, 2, 0.5 in the checkpoint, none now*");
    }

    [Fact]
    public void The_weighted_mean_is_that_of_the_peer()
    {
        var fixture = PeerFixture.Load("losses");
        var peer = fixture.GetProperty("torch").GetProperty("sparse weighted");
        // The identity, so that the gradient of the bias is the sum of the logits' gradients.
        Sequential model = new([5], [new Dense(5)]);
        for (int i = 0; i < 25; i++)
            model.Parameters[0].Values[i] = i % 6 == 0 ? 1 : 0;
        using Trainer<int> trainer = model.Compile(new Sgd(0), new SparseCategoricalCrossEntropy(fromLogits: true));

        double loss = trainer.TrainStep(peer.Floats("predictions"), peer.Ints("targets"), fixture.Floats("weights"));

        loss.Should().BeApproximately(peer.Doubles("losses").Average(), 1e-6);
        double[] gradient = peer.Doubles("gradient");
        double[] expected = Enumerable.Range(0, 5).Select(j => gradient.Where((_, i) => i % 5 == j).Sum()).ToArray();
        Weights.RelativeDistance(trainer.GradientOf(model.Parameters[1]), expected).Should().BeLessThan(1e-6);
    }

    private static void Refuses(Trainer<int> trainer, float[] classWeights, string message) => trainer
        .Invoking(t => t.Fit(Data, new() { ClassWeights = classWeights })).Should().Throw<ArgumentException>().WithMessage(message);

    private static Sequential Model() => new([5], [new Dense(7, new ReLU()), new Dense(Classes, new Softmax())], seed: 3);

    private static string Fit(Dataset<int> data, float[]? classWeights = null)
    {
        Sequential model = Model();
        using Trainer<int> trainer = model.Compile(new Adam(0.01f), new SparseCategoricalCrossEntropy());
        trainer.Fit(data, new() { Epochs = 2, BatchSize = 16, ClassWeights = classWeights });
        return Weights.Hash(model);
    }

    private static string FitOneHot(Dataset<float> data, float[]? classWeights)
    {
        Sequential model = Model();
        using Trainer<float> trainer = model.Compile(new Adam(0.01f), new CategoricalCrossEntropy());
        trainer.Fit(data, new() { Epochs = 2, BatchSize = 16, ClassWeights = classWeights });
        return Weights.Hash(model);
    }

    private static Evaluation Validate(Dataset<int> data, float[]? classWeights, float rate = 0.1f)
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(rate), new SparseCategoricalCrossEntropy());
        return trainer.Fit(data, new() { Validation = Split.Stratified(0.25), ClassWeights = classWeights }).Epochs[0].Validation!;
    }

    private static Checkpoint CheckpointOf(Dataset<int> data, float[]? classWeights)
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());
        trainer.Fit(data, new() { Epochs = 1, ClassWeights = classWeights });
        return trainer.CreateCheckpoint();
    }

    private static Action Resume(Checkpoint checkpoint, Dataset<int> data, float[]? classWeights) => () =>
    {
        using Trainer<int> trainer = Model().Compile(new Sgd(0.1f), new SparseCategoricalCrossEntropy());
        trainer.Fit(data, new() { Epochs = 2, ClassWeights = classWeights, ResumeFrom = checkpoint });
    };

    // Row by row in double: each row alone gives its own loss and gradients.
    private static (double Loss, Dictionary<string, double[]> Gradients) Naive(Sequential model, float[] weights)
    {
        NaiveNetwork truth = new(model);
        Dictionary<string, double[]> sums = truth.Parameters.ToDictionary(p => p.Name, p => new double[p.Gradient.Length]);
        double loss = 0;
        for (int row = 0; row < Rows; row++)
        {
            double[] target = TestData.Doubles(TestData.OneHotRows([Labels[row]], Classes));
            (double value, _) = truth.Gradients(TestData.Doubles(Input[(5 * row)..(5 * row + 5)]), target);
            loss += value * weights[row] / Rows;
            foreach (NaiveParameter parameter in truth.Parameters)
            {
                for (int i = 0; i < parameter.Gradient.Length; i++)
                    sums[parameter.Name][i] += parameter.Gradient[i] * weights[row] / Rows;
            }
        }
        return (loss, sums);
    }

    // Half the squared distance from the one-hot row.
    private sealed class Custom : Loss<int>
    {
        public override int TargetWidth(Shape prediction) => 1;

        protected internal override void CheckTargets(ReadOnlySpan<int> targets, Shape prediction, int firstRow)
        {
        }

        protected internal override void Evaluate(in LossPass<int> pass)
        {
            for (int i = 0; i < pass.Predictions.Length; i++)
            {
                (int row, int column) = (i / Classes, i % Classes);
                float difference = pass.Predictions[i] - (column == pass.Targets[row] ? 1 : 0);
                pass.RowLosses[row] = (column == 0 ? 0 : pass.RowLosses[row]) + 0.5 * difference * difference;
                if (!pass.Gradient.IsEmpty)
                    pass.Gradient[i] = difference * pass.GradientScale;
            }
        }
    }
}
