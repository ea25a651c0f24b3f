using NeuralCore.Randomness;

namespace NeuralCore.Tests.Randomness;

public class Philox4x32Tests
{
    // kat_vectors of Random123 (D. E. Shaw Research): counter, key, result of "philox4x32 10".
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u,
        0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u,
        0x24126ea1u)]
    public void Gives_the_published_words(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3)
    {
        PhiloxBlock block = Philox4x32.Block(new PhiloxKey(k0, k1), c0, c1, c2, c3);

        block.Should().Be(new PhiloxBlock(r0, r1, r2, r3));
        new[] { block[0], block[1], block[2], block[3] }.Should().Equal(r0, r1, r2, r3);
    }
}
