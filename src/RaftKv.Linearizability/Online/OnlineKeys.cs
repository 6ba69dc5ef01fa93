namespace RaftKv.Linearizability.Online;

/// <summary>Collects the keys that one operation touches.</summary>
internal sealed class OnlineKeys : PartFinder
{
    private readonly List<string> _keys = [];

    /// <summary>The keys; one without a name stands for an object that is not made of keys.</summary>
    public IReadOnlyList<string> All => _keys;

    /// <summary>Whether the operation touches a range, of which nobody can say yet what is in it.</summary>
    public bool IsEverything { get; private set; }

    public void Clear()
    {
        _keys.Clear();
        IsEverything = false;
    }

    public override void Touch(string key)
    {
        if (!_keys.Contains(key))
            _keys.Add(key);
    }

    public override void TouchRange(string from, string? end)
    {
        IsEverything = true;
        _keys.AddRange([from, end ?? ""]);
    }

    public override void TouchAll() => Touch("");
}
