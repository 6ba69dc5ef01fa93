using System.Text;
using System.Text.Unicode;

namespace RaftKv.Linearizability.Formats;

/// <summary>
/// Reads a history in any format that it recognises from the content: kv-history-1 JSON lines, Jepsen's EDN and its
/// log of etcd, Porcupine's key-value logs; plain or gzipped.
/// </summary>
public static class HistoryReader
{
    /// <summary>Reads a history.</summary>
    /// <param name="content">The bytes of the file, from a stream that can seek; left open.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="MalformedHistoryException">
    /// The content is no history in a known format, is truncated, or contradicts itself.
    /// </exception>
    public static RecordedHistory Read(Stream content, string file)
    {
        ArgumentNullException.ThrowIfNull(content);
        var zipped = GzipFile.Recognises(content);
        if (zipped && !GzipFile.IsWhole(content))
            throw new MalformedHistoryException(file, 1, "the gzip is damaged, or something is missing at its end");
        using var plain = zipped ? GzipFile.Open(content) : null;
        using var text = new StreamReader(
            plain ?? content,
            new UTF8Encoding(false, throwOnInvalidBytes: true),
            detectEncodingFromByteOrderMarks: false,
            leaveOpen: true);
        var lines = new LineReader(text, file);
        try
        {
            SkipByteOrderMark(text);
            return Recognise(lines);
        }
        catch (OutOfMemoryException)
        {
            throw new MalformedHistoryException(file, lines.Line + 1, "too long for the memory");
        }
        catch (InvalidOperationException exception)
        {
            // That of JSON text with half of a surrogate pair.
            throw new MalformedHistoryException(file, lines.Line, exception.Message);
        }
        catch (DecoderFallbackException)
        {
            content.Position = 0;
            using var again = zipped ? GzipFile.Open(content) : null;
            throw new MalformedHistoryException(file, FirstLineNotUtf8(again ?? content), "not UTF-8");
        }
        catch (InvalidDataException exception)
        {
            throw new MalformedHistoryException(file, lines.Line + 1, exception.Message);
        }
    }

    private static void SkipByteOrderMark(StreamReader text)
    {
        if (text.Peek() == '\uFEFF')
            text.Read();
    }

    /// <summary>A line that cannot be decoded is noticed when others in front of it are still to be read.</summary>
    private static int FirstLineNotUtf8(Stream plain)
    {
        using var bytes = new StreamReader(
            plain, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var line = 1;
        for (; bytes.ReadLine() is { } text && Utf8.IsValid(Encoding.Latin1.GetBytes(text)); line++)
            continue;
        return line;
    }

    private static RecordedHistory Recognise(LineReader lines)
    {
        while (lines.Next() && string.IsNullOrWhiteSpace(lines.Text))
            continue;
        if (lines.Peek(1).Length == 0)
            throw lines.Malformed("the file is empty");
        if (JepsenLogFormat.Recognises(lines.Text.AsSpan().TrimStart()))
            return JepsenLogFormat.Read(lines);
        if (JsonEvents.Recognises(lines))
            return EdnFormat.Read(lines, JsonEvents.Read(lines));
        return lines.Peek(2) switch
        {
            ['{'] or ['{', '"' or '}', ..] => KvHistoryFormat.Read(lines),
            ['[' or '(' or '{' or '#' or '^', ..] => EdnFormat.Read(lines, new EdnParser(lines).All()),
            _ => throw lines.Malformed("not a history in a known format"),
        };
    }
}
