namespace RaftKv.Sim.World;

/// <content>The sending half: buffer, order, loss.</content>
internal sealed partial class SimConnection
{
    private long _sequence;
    private long _firstArrivalTicks;
    private long _lastArrivalTicks;
    private int _bufferedBytes;

    /// <summary>The first place of the stream that was lost: nothing from there on arrives.</summary>
    private long _holeAt = long.MaxValue;
    private EventHandle _silence;
    private bool _awaitsSilence;

    public bool Send(ReadOnlySpan<byte> frames)
    {
        if (_state != State.Open) return false;
        if (!_owner.Loop.IsCurrent) throw new EscapeException($"{_owner.Loop} sent while another loop was running");
        if (frames.IsEmpty) return true;
        if (_bufferedBytes > 0 && _bufferedBytes + frames.Length > _fabric.Options.SendBufferBytes) return false;

        _bufferedBytes += frames.Length;
        var isHello = _sequence == 0;
        var packet = _fabric.Rent(PacketKind.Data, _peer, _sequence++, frames, frames.Length);
        var verdict = _fabric.Judge(_outgoing, frames);
        if (verdict.IsDrop || !_outgoing.IsUp) Lose(packet);
        else if (IsOrdered || isHello) Carry(packet, verdict.Delay);
        else CarryWithChaos(packet, verdict.Delay);

        if (_outgoing.Decisions.Chance("break", _outgoing.Conditions.Break)) Break();
        return true;
    }

    /// <summary>Breaks the connection soon: what is then on its way is lost, and each end learns of it.</summary>
    public void Break() => Scheduler.After(_outgoing.DrawLatency(), null, this, (long)Occasion.Break);

    /// <summary>Tells the peer that there is no such connection.</summary>
    public void Refuse() => SendControl(PacketKind.Reset, Packet.OutOfBand);

    /// <summary>One packet of an ordered stream: it does not overtake.</summary>
    private void Carry(Packet packet, TimeSpan? delay)
    {
        var arrivalTicks = Scheduler.NowTicks + (delay ?? _outgoing.DrawLatency()).Ticks;
        _lastArrivalTicks = Math.Max(_lastArrivalTicks, arrivalTicks);
        if (packet.Sequence == 0) _firstArrivalTicks = _lastArrivalTicks;
        Scheduler.At(_lastArrivalTicks, _peer._owner.Loop, packet);
    }

    private void CarryWithChaos(Packet packet, TimeSpan? delay)
    {
        var decisions = _outgoing.Decisions;
        var conditions = _outgoing.Conditions;
        if (decisions.Chance("duplicate", conditions.Duplicate))
            CarryOutOfOrder(_fabric.Rent(PacketKind.Data, _peer, packet.Sequence, packet.Bytes, 0), null);
        if (decisions.Chance("drop", conditions.Drop)) Lose(packet);
        else if (delay is not null || decisions.Chance("reorder", conditions.Reorder)) CarryOutOfOrder(packet, delay);
        else Carry(packet, null);
    }

    /// <summary>A packet that the later ones may overtake, and that may overtake all but the first.</summary>
    private void CarryOutOfOrder(Packet packet, TimeSpan? delay)
    {
        delay ??= _outgoing.DrawLatency()
            + _outgoing.Decisions.Exponential("reorder delay", _outgoing.Conditions.ReorderDelayMean);
        var arrivalTicks = Math.Max(_firstArrivalTicks, Scheduler.NowTicks + delay.Value.Ticks);
        Scheduler.At(arrivalTicks, _peer._owner.Loop, packet);
    }

    private void SendControl(PacketKind kind, long sequence) => Carry(_fabric.Rent(kind, _peer, sequence, [], 0), null);

    private void LoseTail()
    {
        _holeAt = 0;
        Scheduler.After(_outgoing.DrawLatency(), _owner.Loop, this, (long)Occasion.Broken);
    }

    private void Lose(Packet packet)
    {
        Scheduler.Record(
            _owner.Loop, TraceKind.Lose, _outgoing.To, packet.Bytes.Length, $"to {RemoteAddress}, {packet}");
        if (packet.Kind == PacketKind.Data)
        {
            if (IsOrdered || packet.Sequence == 0)
            {
                _holeAt = Math.Min(_holeAt, packet.Sequence);
                AwaitSilence();
            }
            else
            {
                _bufferedBytes -= packet.BufferedBytes;
            }
        }

        _fabric.Return(packet);
    }

    /// <summary>Gives the connection up after a while: what was sent is not acknowledged, nor will it be.</summary>
    private void AwaitSilence()
    {
        if (_state != State.Open || _awaitsSilence) return;
        _awaitsSilence = true;
        var patience = _outgoing.Decisions.Between(
            "silence", _fabric.Options.SilenceLeast, _fabric.Options.SilenceMost);
        _silence = Scheduler.After(patience, _owner.Loop, this, (long)Occasion.Silence);
    }
}
