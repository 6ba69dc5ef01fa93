using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using RaftKv.Consensus;
using RaftKv.KeyValue;

namespace RaftKv.Wire;

/// <summary>Answers to commands, and rejections of requests that nobody looked at, as bytes.</summary>
internal static class ReplyCodec
{
    private const ulong MaxTimeoutMs = 30UL * 24 * 60 * 60 * 1000;

    private static readonly MessageParser<Protocol.Reply> _reply =
        Protocol.Reply.Parser.WithDiscardUnknownFields(true);

    private static readonly MessageParser<Protocol.Rejection> _rejection =
        Protocol.Rejection.Parser.WithDiscardUnknownFields(true);

    /// <summary>Makes the frame of a response.</summary>
    public static ReadOnlySpan<byte> Write(FrameWriter frames, ulong correlation, KvReply reply)
    {
        var message = ToProtocol(reply.Result);
        if (reply.LeaderAddress is not null)
            message.LeaderAddress = reply.LeaderAddress;
        if (reply.Members is { } members)
        {
            message.MembersVersion = members.Version;
            message.Members.AddRange(members.Addresses);
        }

        if (reply.Server is { } server)
            message.Server = ToProtocol(server);

        return Body.Write(frames, FrameKind.Response, correlation, message);
    }

    /// <summary>Reads a response. An empty body is no reply: it has no status.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out KvReply? reply, [NotNullWhen(false)] out string? error)
    {
        reply = null;
        if (!Body.TryParse(_reply, body, out var parsed, out error) || (error = Problem(parsed)) is not null)
            return false;
        var result = Read(parsed);
        if (parsed.Page is { } page)
            result = result with
            {
                Page = new KvPage(
                    [.. page.Items.Select(item => new KvItem(item.Key, item.Value.Memory))],
                    page.HasNext ? page.Next : null),
            };
        if (parsed.Session is { } session)
            result = result with
            {
                Session = new KvSession(
                    new ClientId(session.ClientId), TimeSpan.FromMilliseconds((long)session.TimeoutMs)),
            };
        if (parsed.Results is { } results)
            result = result with { Results = [.. results.Results_.Select(Read)] };
        var members = parsed.Members.Count > 0 ? new KvMembers(parsed.MembersVersion, [.. parsed.Members]) : null;
        ServerStatus? server = null;
        if (parsed.Server is { } status && (error = Read(status, out server)) is not null)
            return false;
        reply = new KvReply(result, parsed.HasLeaderAddress ? parsed.LeaderAddress : null, members)
        {
            Server = server,
        };
        return true;
    }

    /// <summary>Makes the frame that turns a request away.</summary>
    public static ReadOnlySpan<byte> WriteRejection(FrameWriter frames, ulong correlation, string reason) =>
        Body.Write(frames, FrameKind.Rejection, correlation, new Protocol.Rejection { Reason = reason });

    /// <summary>Reads why a request was turned away.</summary>
    public static bool TryReadRejection(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out string? reason, [NotNullWhen(false)] out string? error)
    {
        reason = Body.TryParse(_rejection, body, out var parsed, out error) ? parsed.Reason : null;
        return reason is not null;
    }

    private static Protocol.Reply ToProtocol(KvResult result)
    {
        var message = new Protocol.Reply
        {
            Status = (Protocol.Reply.Types.Status)result.Status,
            Revision = result.Revision,
            Succeeded = result.Succeeded,
            IsStale = result.IsStale,
        };
        if (result.Value is { } value)
            message.Value = UnsafeByteOperations.UnsafeWrap(value);
        if (result.Detail is not null)
            message.Detail = result.Detail;
        if (result.Page is { } page)
        {
            message.Page = new Protocol.Page();
            if (page.Next is not null)
                message.Page.Next = page.Next;
            foreach (var (key, item) in page.Items)
                message.Page.Items.Add(
                    new Protocol.Item { Key = key, Value = UnsafeByteOperations.UnsafeWrap(item) });
        }

        if (result.Session is { } session)
        {
            message.Session = new Protocol.Session
            {
                ClientId = session.Client.Value,
                TimeoutMs = (ulong)session.Timeout.TotalMilliseconds,
            };
        }

        if (result.Results is { } results)
        {
            message.Results = new Protocol.Results();
            message.Results.Results_.AddRange(results.Select(ToProtocol));
        }

        return message;
    }

    private static Protocol.ServerStatus ToProtocol(ServerStatus server) => new()
    {
        Id = server.Id.Value,
        Role = (Protocol.ServerStatus.Types.Role)server.Role,
        Term = server.Term.Value,
        Leader = server.Leader.Value,
        Commit = server.Commit.Value,
        Applied = server.Applied.Value,
        Configuration = UnsafeByteOperations.UnsafeWrap(ConfigurationCodec.Encode(server.Configuration)),
        ConfigurationIndex = server.ConfigurationIndex.Value,
    };

    /// <returns>What is wrong with it, or <see langword="null"/>.</returns>
    private static string? Read(Protocol.ServerStatus message, out ServerStatus? server)
    {
        server = null;
        if ((Role)message.Role is < Role.Follower or > Role.Leader)
            return $"a server has the unknown role {(int)message.Role}";
        if (message.Id <= 0 || message.Leader < 0)
            return $"a server {message.Id} follows {message.Leader}";
        if (message.Term < 0 || message.Commit < 0 || message.Applied < 0 || message.ConfigurationIndex < 0)
            return "a server has a negative term or index";
        if (!ConfigurationCodec.TryDecode(message.Configuration.Span, out var configuration))
            return "a server's members cannot be read";
        server = new ServerStatus(
            new NodeId(message.Id), (Role)message.Role, new Term(message.Term), new NodeId(message.Leader),
            new LogIndex(message.Commit), new LogIndex(message.Applied), configuration,
            new LogIndex(message.ConfigurationIndex));
        return null;
    }

    private static string? Problem(Protocol.Reply message)
    {
        if ((KvStatus)message.Status is < KvStatus.Ok or > KvStatus.Expired)
            return $"a reply has the unknown status {(int)message.Status}";
        if (message.Revision < 0)
            return $"a reply has revision {message.Revision}";
        if (message.Session is { TimeoutMs: 0 or > MaxTimeoutMs })
            return $"a session has a time-out of {message.Session.TimeoutMs} ms";
        foreach (var each in message.Results?.Results_ ?? [])
        {
            if (each.Page is not null || each.Results is not null)
                return "a result of a transaction has results itself";
            if (Problem(each) is { } problem)
                return problem;
        }

        return null;
    }

    private static KvResult Read(Protocol.Reply message) => new(
        (KvStatus)message.Status,
        message.HasValue ? message.Value.Memory : default(ReadOnlyMemory<byte>?),
        message.HasDetail ? message.Detail : null)
    {
        Revision = message.Revision,
        Succeeded = message.Succeeded,
        IsStale = message.IsStale,
    };
}
