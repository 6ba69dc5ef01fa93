namespace RaftKv.Sim.World;

/// <content>The receiving half.</content>
internal sealed partial class SimConnection
{
    private static readonly TimeSpan _restDelayMean = TimeSpan.FromMicroseconds(200);

    private ByteCutter? _cutter;
    private bool _isRestScheduled;

    /// <summary>A packet for this end has crossed the link, or would have.</summary>
    public void Arrive(Packet packet)
    {
        if (packet.Sequence >= _peer._holeAt)
        {
            _peer.Lose(packet);
            return;
        }

        switch (_peer._outgoing.Admit(_owner.Loop, packet, 0))
        {
            case Passage.Lost:
                _peer.Lose(packet);
                break;
            case Passage.Free when _state != State.Open:
                AnswerForNobody(packet);
                break;
            case Passage.Free when _early is not null:
                _early.Enqueue(packet);
                break;
            case Passage.Free:
                HandOver(packet);
                break;
        }
    }

    /// <summary>A packet has come for an incarnation that is no more.</summary>
    public void ArriveAtDeadProcess(Packet packet)
    {
        var isHostUp = _fabric.IsHostUp(_owner.Loop.Index);
        if (isHostUp && _peer._outgoing.IsUp)
        {
            AnswerForNobody(packet);
            return;
        }

        _peer.Lose(packet);
        if (!isHostUp) _peer.AwaitSilence();
    }

    /// <summary>The operating system answers for a socket that is not there.</summary>
    private void AnswerForNobody(Packet packet)
    {
        if (packet.Kind == PacketKind.Data) Refuse();
        _fabric.Return(packet);
    }

    private void HandOverEarly()
    {
        if (_closedEarly is not null)
        {
            _handler?.Closed(_closedEarly);
            return;
        }

        var early = _early!;
        _early = null;
        while (_state == State.Open && early.TryDequeue(out var packet)) HandOver(packet);
    }

    private void HandOver(Packet packet)
    {
        switch (packet.Kind)
        {
            case PacketKind.Data:
                _peer._bufferedBytes -= packet.BufferedBytes;
                _fabric.CountDelivery(packet.Bytes.Length);
                RecordDelivery(packet);
                if (_fabric.Options.Mode == DeliveryMode.ByteStream) HandOverPieces(packet);
                else _handler?.Received(packet.Bytes);
                break;
            case PacketKind.Close:
                if (_cutter is { IsEmpty: false }) _handler?.Received(_cutter.TakeRest());
                End("closed by the peer");
                break;
            case PacketKind.Reset:
                End("reset by the peer");
                break;
        }

        _fabric.Return(packet);
    }

    private void RecordDelivery(Packet packet)
    {
        var description = Scheduler.Trace.IsRecording ? _fabric.Describe(packet.Bytes) : null;
        Scheduler.Record(
            _owner.Loop,
            TraceKind.Deliver,
            _outgoing.To,
            packet.Bytes.Length,
            $"from {_peer._owner}, {packet} {description}");
        Scheduler.Trace.Hash.Add(packet.Bytes);
    }

    private void HandOverPieces(Packet packet)
    {
        _cutter ??= new ByteCutter(_peer._outgoing.Decisions);
        _cutter.Append(packet.Bytes);
        HandOverPiece();
    }

    private void HandOverPiece()
    {
        if (_state != State.Open || _cutter!.IsEmpty) return;
        var piece = _cutter.TakePiece();
        if (!piece.IsEmpty) _handler?.Received(piece);
        if (_state != State.Open || _cutter.IsEmpty || _isRestScheduled) return;
        _isRestScheduled = true;
        var delay = _peer._outgoing.Decisions.Exponential("rest delay", _restDelayMean);
        Scheduler.After(delay, _owner.Loop, this, (long)Occasion.HandOverRest);
    }
}
