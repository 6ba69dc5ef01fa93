using System.Buffers;
using FsCheck;
using FsCheck.Xunit;
using RaftKv.Checksums;
using RaftKv.Consensus;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Storage;

[Properties(Replay = "20261122,11")]
public sealed class FormatTests
{
    [Fact]
    public void The_checksum_is_CRC_32C() => Assert.Equal(0xE3069283u, Crc32C.Append(0, "123456789"u8));

    [Property]
    public bool The_checksum_of_two_parts_is_that_of_the_whole(byte[] first, byte[] second) =>
        Crc32C.Append(Crc32C.Append(0, first), second) == Crc32C.Append(0, [.. first, .. second]);

    [Property]
    public void Records_come_back_as_they_were_written(NonEmptyArray<byte[]> data, long first, long term, int vote)
    {
        var entries = data.Get
            .Select((bytes, i) => new LogEntry(new(first + i), new(term), EntryKind.Command, bytes))
            .ToArray();
        var snapshot = new SnapshotId(new(first), new(term));
        StorageWrite[] writes =
        [
            new(0, StorageWriteKind.HardState) { HardState = new(new(term), new(vote)) },
            new(0, StorageWriteKind.Append) { Entries = entries },
            new(0, StorageWriteKind.Reset) { Snapshot = snapshot },
            new(0, StorageWriteKind.Compact) { Snapshot = snapshot, CompactThrough = new(vote) },
        ];
        var bytes = new BatchBuffer();
        foreach (var write in writes) RecordCodec.Encode(write, bytes);

        ReadOnlySpan<byte> input = bytes.Written.Span;
        foreach (var write in writes)
        {
            Assert.True(RecordCodec.TryDecode(ref input, out var read));
            Assert.Equal(write with { Entries = default }, read with { Entries = default });
            Assert.Equal(write.Entries.Length, read.Entries.Length);
            foreach (var (expected, actual) in write.Entries.ToArray().Zip(read.Entries.ToArray()))
            {
                Assert.Equal(expected with { Data = default }, actual with { Data = default });
                Assert.Equal(expected.Data.ToArray(), actual.Data.ToArray());
            }
        }

        Assert.True(input.IsEmpty);
    }

    [Property]
    public void Any_bytes_are_a_record_or_are_not_but_never_more_than_there_are(byte kind, byte[] rest)
    {
        ReadOnlySpan<byte> input = [(byte)(kind % 6), .. rest, .. rest, .. rest];
        var before = input.Length;
        if (RecordCodec.TryDecode(ref input, out var write))
            Assert.InRange(write.Entries.Length * 13, 0, before - input.Length);
    }

    [Property]
    public void A_batch_verifies_at_its_own_place_in_its_own_segment_only(
        PositiveInt number, uint previous, uint segment, byte place)
    {
        var bytes = new byte[8192];
        var offset = 512 + 8 * place;
        new BatchHeader(100, 7, number.Get, offset, previous).Write(bytes.AsSpan(offset), segment);
        Assert.True(BatchHeader.TryRead(bytes, offset, segment, out var read, out _));
        Assert.Equal(new BatchHeader(100, 7, number.Get, offset, previous), read);
        Assert.False(BatchHeader.TryRead(bytes, offset, segment + 1, out _, out _));
        bytes.AsSpan(offset, BatchHeader.Bytes).CopyTo(bytes.AsSpan(offset + 64));
        Assert.False(BatchHeader.TryRead(bytes, offset + 64, segment, out _, out _));
    }

    [Fact]
    public void Zeros_are_no_batch_and_no_record()
    {
        ReadOnlySpan<byte> zeros = new byte[4096];
        Assert.False(BatchHeader.TryRead(zeros, 512, 0, out _, out _));
        Assert.False(RecordCodec.TryDecode(ref zeros, out _));
    }

    [Property]
    public bool File_names_name_what_they_were_made_for(NonNegativeInt number, NonNegativeInt term)
    {
        var id = new SnapshotId(new(number.Get), new(term.Get));
        return SegmentHeader.TryParseName(SegmentHeader.FileName(number.Get), out var sequence)
            && sequence == number.Get
            && SnapshotHeader.TryParseName(SnapshotHeader.FileName(id), out var parsed) && parsed == id
            && !SnapshotHeader.TryParseName(SnapshotHeader.FileName(id) + TemporaryFiles.Suffix, out _)
            && !SegmentHeader.TryParseName(SegmentHeader.FileName(number.Get) + TemporaryFiles.Suffix, out _);
    }
}
