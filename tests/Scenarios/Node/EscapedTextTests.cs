using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck.Xunit;
using RaftKv.Node.Commands;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed partial class EscapedTextTests
{
    [Theory]
    [InlineData("plain text, ü € 😀", "plain text, ü € 😀")]
    [InlineData("a\tb\nc\rd\\e", @"a\tb\nc\rd\\e")]
    [InlineData("\u001b[31mred\u0000\u007f", @"\x1b[31mred\x00\x7f")]
    [InlineData("next\u0085line", @"next\xc2\x85line")]
    [InlineData("", "")]
    public void Text_stays_and_control_characters_are_spelt_out(string text, string expected) =>
        Assert.Equal(expected, EscapedText.Of(text));

    [Property]
    public bool Any_bytes_are_one_line_and_can_be_told_again(byte[] bytes)
    {
        var text = EscapedText.Of(bytes);
        return !text.Any(char.IsControl) && Bytes(text).SequenceEqual(bytes);
    }

    /// <summary>What <c>printf %b</c> makes of it.</summary>
    private static IEnumerable<byte> Bytes(string text) => Piece().Matches(text).SelectMany(piece => piece.Value switch
    {
        @"\\" => "\\"u8.ToArray(),
        @"\t" => "\t"u8.ToArray(),
        @"\n" => "\n"u8.ToArray(),
        @"\r" => "\r"u8.ToArray(),
        ['\\', 'x', ..] hex => [byte.Parse(hex.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)],
        var plain => Encoding.UTF8.GetBytes(plain),
    });

    [GeneratedRegex(@"\\x..|\\.|[^\\]+", RegexOptions.Singleline)]
    private static partial Regex Piece();
}
