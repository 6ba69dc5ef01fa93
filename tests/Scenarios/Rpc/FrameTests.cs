using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using RaftKv.Scenarios.Catalogue;
using RaftKv.Wire;
using Xunit;

namespace RaftKv.Scenarios.Rpc;

public class FrameTests
{
    private const int MaxBodyBytes = 4096;

    [Property]
    public void Frames_survive_any_cutting_and_gluing_of_their_stream(byte[][] bodies, PositiveInt[] cuts)
    {
        var stream = bodies.SelectMany((body, i) => Encode(body, FrameKind.Request, (ulong)i)).ToArray();
        var reader = new FrameReader(MaxBodyBytes);
        var read = new List<byte[]>();
        for (int at = 0, piece = 0; at < stream.Length; piece++)
        {
            var length = cuts.Length == 0 ? stream.Length : cuts[piece % cuts.Length].Get;
            length = Math.Min(length, stream.Length - at);
            read.AddRange(Read(reader, stream.AsSpan(at, length)));
            at += length;
        }
        Assert.Null(reader.Error);
        Assert.Equal(bodies, read);
    }

    [Fact]
    [Scenario("frames cut and glued at every byte")]
    public void A_frame_arrives_whole_wherever_it_is_cut_in_two()
    {
        byte[] body = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        var stream = Encode(body, FrameKind.PeerMessage, 7);
        for (var cut = 0; cut <= stream.Length; cut++)
        {
            var reader = new FrameReader(MaxBodyBytes);
            var read = Read(reader, stream.AsSpan(0, cut));
            read.AddRange(Read(reader, stream.AsSpan(cut)));
            Assert.Equal([body], read);
        }
    }

    [Fact]
    public void A_frame_keeps_its_kind_and_correlation_number()
    {
        ReadOnlySpan<byte> stream = Encode([1, 2, 3], FrameKind.Response, ulong.MaxValue - 1);
        Assert.True(new FrameReader(MaxBodyBytes).TryRead(ref stream, out var frame));
        Assert.Equal((FrameKind.Response, ulong.MaxValue - 1), (frame.Kind, frame.Correlation));
        Assert.True(stream.IsEmpty);
    }

    [Fact]
    public void Every_changed_bit_is_noticed()
    {
        var stream = Encode([1, 2, 3, 4, 5, 6, 7, 8, 9], FrameKind.Request, 11);
        for (var bit = 0; bit < stream.Length * 8; bit++)
        {
            var damaged = stream.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            // A length that grew makes the reader wait for more: give it more.
            damaged = [.. damaged, .. new byte[MaxBodyBytes]];
            var reader = new FrameReader(MaxBodyBytes);
            Assert.Empty(Read(reader, damaged));
            Assert.NotNull(reader.Error);
        }
    }

    [Property]
    public void A_lost_or_repeated_or_misplaced_piece_yields_no_frame_that_was_not_sent(
        byte[][] bodies, PositiveInt pieceBytes, NonNegativeInt victim, bool repeat)
    {
        var stream = bodies.SelectMany(body => Encode(body, FrameKind.Request, 1)).ToArray();
        var pieces = stream.Chunk(pieceBytes.Get).ToList();
        if (pieces.Count == 0)
            return;
        var index = victim.Get % pieces.Count;
        if (repeat)
            pieces.Insert(index, pieces[index]);
        else
            pieces.RemoveAt(index);
        var reader = new FrameReader(MaxBodyBytes);
        var read = pieces.SelectMany(piece => Read(reader, piece)).ToArray();
        Assert.All(read, body => Assert.Contains(bodies, sent => sent.AsSpan().SequenceEqual(body)));
    }

    [Property]
    public void Random_bytes_are_no_frames(byte[] bytes)
    {
        var reader = new FrameReader(MaxBodyBytes);
        Assert.Empty(Read(reader, bytes));
    }

    [Fact]
    public void An_announced_length_alone_takes_no_memory()
    {
        var header = Encode([], FrameKind.Request, 1)[..Frame.HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, 512 * 1024 * 1024);
        var tolerant = new FrameReader(int.MaxValue / 2);
        var strict = new FrameReader(MaxBodyBytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Empty(Read(tolerant, header));
        Assert.Empty(Read(strict, header));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.Null(tolerant.Error);
        Assert.Contains("announces 536870912 bytes", strict.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_read_after_an_error()
    {
        var good = Encode([1], FrameKind.Request, 1);
        byte[] bad = [.. good];
        bad[^1] ^= 1;
        var reader = new FrameReader(MaxBodyBytes);
        Assert.Empty(Read(reader, [.. bad, .. good]));
        Assert.Empty(Read(reader, good));
    }

    [Fact]
    public void A_body_larger_than_any_reader_accepts_is_not_written() =>
        Assert.Throws<FrameTooLargeException>(() => new FrameWriter(10).Begin(11).Length);

    private static byte[] Encode(byte[] body, FrameKind kind, ulong correlation)
    {
        var writer = new FrameWriter();
        body.CopyTo(writer.Begin(body.Length));
        return writer.Seal(kind, correlation).ToArray();
    }

    private static List<byte[]> Read(FrameReader reader, ReadOnlySpan<byte> bytes)
    {
        var bodies = new List<byte[]>();
        while (reader.TryRead(ref bytes, out var frame))
            bodies.Add(frame.Body.ToArray());
        return bodies;
    }
}
