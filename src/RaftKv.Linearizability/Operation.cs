namespace RaftKv.Linearizability;

/// <summary>
/// One operation of a history. It takes effect at one moment of the closed interval [<see cref="Call"/>,
/// <see cref="Return"/>]: an operation that returns at 20 is concurrent with one that is called at 20.
/// Of unknown outcome, it takes effect at any one moment from <see cref="Call"/> on, or never.
/// </summary>
public readonly record struct Operation<TInput, TOutput>
{
    /// <summary>A completed operation.</summary>
    /// <param name="client">Who called.</param>
    /// <param name="input">The request.</param>
    /// <param name="output">The answer.</param>
    /// <param name="call">When it was called, in any unit.</param>
    /// <param name="return">When the answer arrived, not before <paramref name="call"/>.</param>
    public Operation(int client, TInput input, TOutput output, long call, long @return)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(@return, call);
        (Client, Input, Outcome, Call, Return) = (client, input, new Outcome<TOutput>(output), call, @return);
    }

    /// <summary>An operation whose outcome was never learnt.</summary>
    public Operation(int client, TInput input, long call) =>
        (Client, Input, Call, Return) = (client, input, call, long.MaxValue);

    /// <summary>Who called.</summary>
    public int Client { get; }

    /// <summary>The request.</summary>
    public TInput Input { get; }

    /// <summary>The answer, if the client learnt it.</summary>
    public Outcome<TOutput> Outcome { get; }

    /// <summary>When it was called.</summary>
    public long Call { get; }

    /// <summary>When the answer arrived; <see cref="long.MaxValue"/> when the outcome is unknown.</summary>
    public long Return { get; }
}
