using System.Buffers;
using System.Globalization;
using System.Text;

namespace RaftKv.Node.Commands;

/// <summary>
/// Any bytes as text on one line, from which they can be told again: <c>\\</c>, <c>\t</c>, <c>\n</c>, <c>\r</c>, and
/// <c>\xHH</c> for each byte of another control character or of what is no UTF-8. <c>printf %b</c> undoes it.
/// </summary>
internal static class EscapedText
{
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            var isText = Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done;
            if (isText && rune.Value is '\\' or '\t' or '\n' or '\r')
                text.Append('\\').Append(rune.Value switch { '\t' => 't', '\n' => 'n', '\r' => 'r', _ => '\\' });
            else if (isText && !Rune.IsControl(rune))
                text.Append(rune);
            else
                foreach (var value in bytes[..length])
                    text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
            bytes = bytes[length..];
        }

        return text.ToString();
    }
}
