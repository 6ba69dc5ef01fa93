using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace RaftKv.Sim.World;

/// <summary>
/// What a caller of <see cref="SimDisk"/> awaits, once. It goes on as after a task: on the loop on which it waited, at
/// once if that runs. Used again when it has the outcome: an operation of a disk allocates nothing.
/// </summary>
/// <param name="idle">Where to go after that.</param>
internal sealed class DiskCompletion(Stack<DiskCompletion> idle) : IValueTaskSource
{
    private static readonly SendOrPostCallback _goOn = static completion => ((DiskCompletion)completion!).GoOn();

    private short _use;
    private bool _isComplete;
    private IOException? _failure;
    private Action<object?>? _continuation;
    private object? _state;
    private SynchronizationContext? _context;

    /// <summary>The outcome of the operation that uses this now.</summary>
    public ValueTask Outcome => new(this, _use);

    /// <summary>The operation has succeeded, or failed.</summary>
    public void Complete(IOException? failure)
    {
        (_isComplete, _failure) = (true, failure);
        if (_continuation is not null) Schedule();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token)
    {
        Check(token);
        return !_isComplete ? ValueTaskSourceStatus.Pending
            : _failure is null ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Faulted;
    }

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        if (_continuation is not null) throw new InvalidOperationException("An operation is awaited once.");
        (_continuation, _state) = (continuation, state);
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0)
            _context = SynchronizationContext.Current;
        if (_isComplete) Schedule();
    }

    void IValueTaskSource.GetResult(short token)
    {
        Check(token);
        if (!_isComplete) throw new InvalidOperationException("The operation is under way.");
        var failure = _failure;
        (_isComplete, _failure, _context) = (false, null, null);
        (_continuation, _state) = (null, null);
        _use++;
        idle.Push(this);
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    private void Schedule()
    {
        if (_context is null || _context == SynchronizationContext.Current) GoOn();
        else _context.Post(_goOn, this);
    }

    private void GoOn() => _continuation!(_state);

    private void Check(short token)
    {
        if (token != _use) throw new InvalidOperationException("The outcome has been taken before.");
    }
}
