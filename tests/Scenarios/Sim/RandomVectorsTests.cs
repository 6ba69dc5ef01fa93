using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class RandomVectorsTests
{
    [Fact]
    public void Xoshiro256_gives_the_reference_sequence()
    {
        var generator = new Xoshiro256(1, 2, 3, 4);
        ulong[] expected =
        [
            11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600,
            16172922978634559625, 8476171486693032832, 10595114339597558777, 2904607092377533576,
        ];
        Assert.Equal(expected, expected.Select(_ => generator.Next()));
    }

    [Fact]
    public void SplitMix64_gives_the_reference_sequence()
    {
        var generator = new SplitMix64(1234567);
        ulong[] expected =
        [
            6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
        ];
        Assert.Equal(expected, expected.Select(_ => generator.Next()));
    }

    [Fact]
    public void A_stream_of_decisions_is_the_same_for_ever()
    {
        var stream = new Decisions(42).Stream(Concern.Network, 3);
        int[] expected = [662, 528, 526, 766, 916, 451, 373, 645];
        Assert.Equal(expected, expected.Select(_ => stream.Choose("any", 1000)));
        Assert.Equal(14185849786534168911UL, stream.Bits("any"));
    }
}
