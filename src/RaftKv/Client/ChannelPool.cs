namespace RaftKv.Client;

/// <summary>
/// One channel for each endpoint that was needed so far, and one for a leader that is none of the configured endpoints.
/// </summary>
internal sealed class ChannelPool(IReadOnlyList<string> endpoints, Func<string, IKvChannel> open) : IDisposable
{
    private readonly List<(string Address, IKvChannel Channel)> _channels = [];
    private string? _outsider;

    /// <summary>The channel to an address; opened if need be, and then the former outsider's is closed.</summary>
    public IKvChannel To(string address)
    {
        foreach (var known in _channels)
            if (known.Address == address)
                return known.Channel;

        var channel = open(address);
        _channels.Add((address, channel));
        if (!endpoints.Contains(address))
        {
            var former = _channels.FindIndex(known => known.Address == _outsider);
            _outsider = address;
            // Last, because its calls fail at once, and their next attempt may well be on the new channel.
            if (former >= 0) Close(former);
        }

        return channel;
    }

    public void Dispose()
    {
        while (_channels.Count > 0) Close(_channels.Count - 1);
    }

    private void Close(int position)
    {
        var channel = _channels[position].Channel;
        _channels.RemoveAt(position);
        channel.Dispose();
    }
}
