namespace RaftKv.Client;

/// <summary>Which of the servers that may answer a read to ask.</summary>
internal sealed class ServerTurn(IReadOnlyList<string> servers, int first)
{
    private int _turn = first;

    public string Current => servers[_turn];

    public void MoveOn() => _turn = (_turn + 1) % servers.Count;
}
