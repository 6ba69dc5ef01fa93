using System.Globalization;
using RaftKv.Client;
using RaftKv.Consensus;

namespace RaftKv.Node.Commands;

/// <summary>What several servers have said of themselves, as a table, and whether the cluster works by that.</summary>
internal sealed class StatusReport
{
    private static readonly string[] _header =
        ["NODE", "ADDRESS", "ROLE", "TERM", "COMMIT", "APPLIED", "LEADER", "LAG"];

    private readonly List<ServerAnswer> _answers = [];

    /// <summary>Whether all turned the client away.</summary>
    public bool AllRefuse => _answers.TrueForAll(answer => answer.Failure is ClerkRefusedException);

    private IEnumerable<ServerStatus> Known => _answers.Select(answer => answer.Status).OfType<ServerStatus>();

    /// <summary>The members according to the server that knows most; nobody when none has said.</summary>
    private Configuration Members =>
        Known.MaxBy(server => (server.ConfigurationIndex, server.Term))?.Configuration ?? Configuration.Empty;

    /// <summary>Of several, the one of the newest term: others do not know yet that they lead no more.</summary>
    private ServerStatus? Leader => Known.Where(server => server.Role == Role.Leader).MaxBy(server => server.Term);

    public void Add(IEnumerable<ServerAnswer> answers) => _answers.AddRange(answers);

    /// <summary>The addresses of members that neither were asked nor have answered elsewhere.</summary>
    public IReadOnlyList<string> NotAsked() =>
    [
        .. Members.Members.Where(member => !Known.Any(server => server.Id == member.Id))
            .Select(member => member.Address).Except(_answers.Select(answer => answer.Address)),
    ];

    /// <summary>A header and a line for each server, by id, with those that did not answer behind.</summary>
    public IEnumerable<string> Lines()
    {
        string[][] rows = [_header, .. _answers.OrderBy(Id).Select(Row)];
        var widths = Enumerable.Range(0, _header.Length)
            .Select(column => rows.Where(row => row.Length == _header.Length).Max(row => row[column].Length)).ToArray();
        widths[0] = Math.Max(widths[0], rows.Max(row => row[0].Length));
        widths[1] = Math.Max(widths[1], rows.Max(row => row[1].Length));
        return rows.Select(row => string.Join("  ", row.Select((cell, column) => Aligned(cell, column, widths, row))));
    }

    /// <summary>Why the cluster does not work by what is known; <see langword="null"/>: it does.</summary>
    public string? Problem()
    {
        var members = Members;
        var leaders = Known.Where(server => server.Role == Role.Leader).Select(server => server.Id).Distinct()
            .ToArray();
        if (members.Reached(voter => Known.Any(server => server.Id == voter) ? 1 : 0) < 1)
            return "No majority of the voters has answered.";
        return leaders switch
        {
            [_] => null,
            [] => "None of them leads.",
            _ => $"{string.Join(" and ", leaders)} say that they lead: ask again.",
        };
    }

    private static string Aligned(string cell, int column, int[] widths, string[] row)
    {
        if (column == row.Length - 1 && row.Length < _header.Length)
            return cell;
        return column < 3 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]);
    }

    private int Id(ServerAnswer answer) => answer.Status?.Id.Value ?? int.MaxValue;

    private string[] Row(ServerAnswer answer)
    {
        if (answer.Status is not { } server)
        {
            var id = Members.Members.FirstOrDefault(member => member.Address == answer.Address).Id;
            return [id == NodeId.None ? "?" : Text(id.Value), answer.Address, answer.Failure!.Message];
        }

        var lag = Leader is { } leader ? Text(Math.Max(0, leader.Commit.Value - server.Applied.Value)) : "-";
        return
        [
            Text(server.Id.Value), answer.Address, RoleOf(server), Text(server.Term.Value), Text(server.Commit.Value),
            Text(server.Applied.Value), server.Leader == NodeId.None ? "-" : Text(server.Leader.Value), lag,
        ];
    }

    private string RoleOf(ServerStatus server) => Members.Find(server.Id)?.Role switch
    {
        _ when server.Configuration.Members.Count == 0 => "joins",
        null => "removed",
        MemberRole.Learner => "learner",
        _ when server.Role == Role.Leader => "leader",
        _ when server.Role == Role.Follower => "follower",
        _ => "candidate",
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
