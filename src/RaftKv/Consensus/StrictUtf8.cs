using System.Text;

namespace RaftKv.Consensus;

/// <summary>UTF-8 that refuses what is ill-formed; the usual one puts U+FFFD there, which makes two keys one.</summary>
internal static class StrictUtf8
{
    /// <summary>Throws <see cref="EncoderFallbackException"/> or <see cref="DecoderFallbackException"/>.</summary>
    public static readonly UTF8Encoding Encoding = new(false, throwOnInvalidBytes: true);
}
