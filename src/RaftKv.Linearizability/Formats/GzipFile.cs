using System.IO.Compression;

namespace RaftKv.Linearizability.Formats;

/// <summary>A gzip file (RFC 1952): one member, or several one after the other, as bgzip and pigz make them.</summary>
internal static class GzipFile
{
    // A member of our own behind the last one. It comes out whole only if all in front of it is whole members:
    // GZipStream alone takes a file that was cut between two blocks for a whole one, and ignores what follows.
    private static readonly byte[] _mark = "\0the end of the gzip file"u8.ToArray();
    private static readonly byte[] _markZipped = Zip(_mark);

    /// <summary>Whether a file begins as one.</summary>
    public static bool Recognises(Stream content)
    {
        content.Position = 0;
        var isZipped = content.ReadByte() == 0x1F && content.ReadByte() == 0x8B;
        content.Position = 0;
        return isZipped;
    }

    /// <summary>The plain content, from the beginning of the file.</summary>
    public static Stream Open(Stream content)
    {
        content.Position = 0;
        return new GZipStream(content, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>Whether it consists of whole members.</summary>
    public static bool IsWhole(Stream content)
    {
        content.Position = 0;
        try
        {
            using var marked = new Followed(content, _markZipped);
            using var plain = new GZipStream(marked, CompressionMode.Decompress);
            var (buffer, kept) = (new byte[64 * 1024], 0);
            for (int read; (read = plain.Read(buffer.AsSpan(kept))) > 0;)
            {
                // Only the last bytes are of interest.
                var (end, tail) = (kept + read, Math.Min(kept + read, _mark.Length));
                buffer.AsSpan(end - tail, tail).CopyTo(buffer);
                kept = tail;
            }

            return buffer.AsSpan(0, kept).SequenceEqual(_mark);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static byte[] Zip(byte[] plain)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest))
            zip.Write(plain);
        return zipped.ToArray();
    }

    /// <summary>A stream and then some bytes.</summary>
    private sealed class Followed(Stream content, byte[] end) : Stream
    {
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            if (content.Read(buffer) is > 0 and var read)
                return read;
            var left = end.AsSpan(_at);
            var length = Math.Min(left.Length, buffer.Length);
            left[..length].CopyTo(buffer);
            _at += length;
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
