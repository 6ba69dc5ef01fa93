using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace RaftKv.Consensus;

/// <summary>
/// Configurations as bytes, little endian, the same in log entries, snapshots and messages: format (1 byte, 2), highest
/// id ever used (4), number of members (2), fingerprint of the first configuration (8), and for each member its id (4),
/// role (1), length of its address (2) and address (UTF-8).
/// </summary>
public static class ConfigurationCodec
{
    /// <summary>The longest encoding.</summary>
    public const int MaxBytes = HeaderBytes + (Configuration.MaxMembers * (MemberBytes + Member.MaxAddressBytes));

    private const byte Format = 2;
    private const int HeaderBytes = 15;
    private const int MemberBytes = 7;

    /// <summary>Encodes a configuration; equal ones give equal bytes.</summary>
    public static byte[] Encode(Configuration configuration)
    {
        var members = configuration.Members;
        var addressBytes = members.Sum(member => StrictUtf8.Encoding.GetByteCount(member.Address));
        var bytes = new byte[HeaderBytes + (members.Count * MemberBytes) + addressBytes];
        var rest = bytes.AsSpan(HeaderBytes);
        bytes[0] = Format;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), configuration.HighestId.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(5), (ushort)members.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(7), configuration.Founding);
        foreach (var member in members)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, member.Id.Value);
            rest[4] = (byte)member.Role;
            var length = StrictUtf8.Encoding.GetBytes(member.Address, rest[MemberBytes..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[5..], (ushort)length);
            rest = rest[(MemberBytes + length)..];
        }

        return bytes;
    }

    /// <summary>Decodes what <see cref="Encode"/> made, and nothing else.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Configuration? configuration)
    {
        configuration = null;
        if (bytes.Length < HeaderBytes || bytes[0] != Format)
            return false;
        var highestId = new NodeId(BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]));
        var founding = BinaryPrimitives.ReadUInt64LittleEndian(bytes[7..]);
        var members = new Member[BinaryPrimitives.ReadUInt16LittleEndian(bytes[5..])];
        if (members.Length > Configuration.MaxMembers)
            return false;
        var rest = bytes[HeaderBytes..];
        var last = NodeId.None;
        for (var i = 0; i < members.Length; i++)
        {
            if (rest.Length < MemberBytes)
                return false;
            var id = new NodeId(BinaryPrimitives.ReadInt32LittleEndian(rest));
            var role = (MemberRole)rest[4];
            var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[5..]);
            if (id <= last || role is < MemberRole.Voter or > MemberRole.DemotedVoter
                || rest.Length < MemberBytes + length || length > Member.MaxAddressBytes)
                return false;
            if (!TryReadText(rest.Slice(MemberBytes, length), out var address))
                return false;
            members[i] = new Member(id, address, role);
            last = id;
            rest = rest[(MemberBytes + length)..];
        }

        if (!rest.IsEmpty || highestId < last)
            return false;
        configuration = new Configuration(members, highestId, founding);
        return true;
    }

    private static bool TryReadText(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = StrictUtf8.Encoding.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
