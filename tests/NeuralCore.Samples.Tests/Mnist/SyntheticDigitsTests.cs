using System.Security.Cryptography;
using NeuralCore.Samples.Mnist.Data;

namespace NeuralCore.Samples.Tests.Mnist;

/// <summary>The digits that the sample draws.</summary>
public class SyntheticDigitsTests
{
    [Fact]
    public void Same_bytes_everywhere()
    {
        MnistImages images = SyntheticDigits.Draw(300, 100);

        Hash(images.Training).Should().Be("75245bc4f1796868c4d937c97cf394e7c23a665edf20822f28db97463e7670ba");
        Hash(images.Test).Should().NotBe(Hash(images.Training));
        images.Origin.IsSynthetic.Should().BeTrue();
    }

    [Fact]
    public void Part_does_not_depend_on_the_size_of_the_whole()
    {
        LabelledImages few = SyntheticDigits.Draw(50, 1).Training;
        LabelledImages many = SyntheticDigits.Draw(200, 1).Training;

        for (int i = 0; i < few.Count; i++)
        {
            few.Label(i).Should().Be(many.Label(i));
            few.Pixels(i).SequenceEqual(many.Pixels(i)).Should().BeTrue();
        }
    }

    [Fact]
    public void Every_digit_occurs_as_often_and_every_image_has_ink_within()
    {
        LabelledImages images = SyntheticDigits.Draw(5_000, 1).Training;
        int[] counts = new int[10];
        for (int i = 0; i < images.Count; i++)
        {
            counts[images.Label(i)]++;
            int ink = 0;
            foreach (byte pixel in images.Pixels(i))
                ink += pixel;
            // From a thin, faint one to a thick eight.
            (ink / 255).Should().BeInRange(15, 350);
        }

        // Five standard deviations of a tenth of 5,000.
        counts.Should().OnlyContain(count => Math.Abs(count - 500) < 106);
    }

    private static string Hash(LabelledImages images)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < images.Count; i++)
        {
            hash.AppendData(images.Pixels(i));
            hash.AppendData([(byte)images.Label(i)]);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
