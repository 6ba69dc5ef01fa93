namespace RaftKv.Client;

/// <summary>
/// One channel for each known server that was needed so far, and one for a leader that is none of them.
/// </summary>
internal sealed class ChannelPool(KnownServers servers, Func<string, IKvChannel> open) : IDisposable
{
    private readonly List<(string Address, IKvChannel Channel)> _channels = [];

    /// <summary>The channel to an address; opened if need be, and then those of no more use are closed.</summary>
    public IKvChannel To(string address)
    {
        foreach (var known in _channels)
            if (known.Address == address)
                return known.Channel;
        return Open(address);
    }

    public void Dispose()
    {
        while (_channels.Count > 0) Close(_channels.Count - 1);
    }

    private IKvChannel Open(string address)
    {
        var channel = open(address);
        var useless = _channels.FindAll(known => !servers.Addresses.Contains(known.Address));
        _channels.RemoveAll(useless.Contains);
        _channels.Add((address, channel));
        // Last, because their calls fail at once and go elsewhere, perhaps through the new channel, or past it.
        foreach (var former in useless)
            former.Channel.Dispose();
        return _channels.Contains((address, channel)) ? channel : To(address);
    }

    private void Close(int position)
    {
        var channel = _channels[position].Channel;
        _channels.RemoveAt(position);
        channel.Dispose();
    }
}
