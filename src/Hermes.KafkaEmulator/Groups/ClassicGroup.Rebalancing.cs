using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>From one generation to the next: members are gathered, a leader and a protocol are found, everybody is told.</summary>
internal sealed partial class ClassicGroup
{
    private bool _joinedMeanwhile;
    private TimeSpan _initialDelayLeft;
    private bool _isFirstGathering;

    private void JoinNextGeneration()
    {
        if (State is GroupState.PreparingRebalance)
            CompleteJoinPhaseIfAllJoined();
        else
            PrepareRebalance();
    }

    private void PrepareRebalance()
    {
        foreach (var member in _members.Values)
        {
            // Whoever waits for an assignment of the old generation joins the new one instead.
            member.Assignment = State is GroupState.CompletingRebalance ? [] : member.Assignment;
            if (member.TryAnswerSync(new() { ErrorCode = KafkaError.RebalanceInProgress }))
                KeepAlive(member);
        }

        _syncPhase.Clear();
        _unsynced.Clear();
        var wasEmpty = State is GroupState.Empty;
        State = GroupState.PreparingRebalance;
        _isFirstGathering = wasEmpty && _options.InitialRebalanceDelay > TimeSpan.Zero;
        if (_isFirstGathering)
        {
            _joinedMeanwhile = false;
            _initialDelayLeft = Longer(RebalanceTimeout - _options.InitialRebalanceDelay, TimeSpan.Zero);
            _deadlines.Set(_joinPhase, _options.InitialRebalanceDelay);
        }
        else if (wasEmpty)
        {
            CompleteJoinPhase();
        }
        else
        {
            _deadlines.Set(_joinPhase, RebalanceTimeout);
            CompleteJoinPhaseIfAllJoined();
        }
    }

    private TimeSpan RebalanceTimeout =>
        _members.Values.Aggregate(TimeSpan.Zero, (longest, member) => Longer(longest, member.RebalanceTimeout));

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void CompleteJoinPhaseIfAllJoined()
    {
        // A first gathering takes its whole delay, in the hope of more members.
        if (!_isFirstGathering && _pending.Count == 0 && _members.Values.All(member => member.Joining is not null))
            CompleteJoinPhase();
    }

    private void EndJoinPhase()
    {
        if (State is not GroupState.PreparingRebalance)
            return;
        if (_isFirstGathering && _joinedMeanwhile && _initialDelayLeft > TimeSpan.Zero)
        {
            var delay = _options.InitialRebalanceDelay < _initialDelayLeft ? _options.InitialRebalanceDelay : _initialDelayLeft;
            (_joinedMeanwhile, _initialDelayLeft) = (false, _initialDelayLeft - delay);
            _deadlines.Set(_joinPhase, delay);
            return;
        }

        CompleteJoinPhase();
    }

    private void CompleteJoinPhase()
    {
        _isFirstGathering = false;
        foreach (var absent in _members.Values.Where(member => member.Joining is null && member.InstanceId is null).ToList())
            Forget(absent);
        if (_members.Count > 0 && !ElectLeader())
        {
            // Only static members are left, and none of them has joined: their sessions decide.
            _deadlines.Set(_joinPhase, RebalanceTimeout);
            return;
        }

        _joinPhase.Clear();
        _unsynced.Clear();
        Generation++;
        _subscribed = Subscriptions.Of(this);
        if (_members.Count == 0)
        {
            (State, Protocol, _emptySince) = (GroupState.Empty, null, _clock.GetUtcNow());
            Changed();
            return;
        }

        Protocol = ChooseProtocol();
        State = GroupState.CompletingRebalance;
        foreach (var member in _members.Values)
        {
            member.TryAnswerJoin(Joined(member, withMembers: member.Id == _leader));
            member.IsNew = false;
            _unsynced.Add(member.Id);
            KeepAlive(member);
        }

        _deadlines.Set(_syncPhase, RebalanceTimeout);
    }

    /// <summary>Keeps the leader if it has joined, else takes the first member that has.</summary>
    private bool ElectLeader()
    {
        if (_leader is not null && _members[_leader].Joining is not null)
            return true;
        _leader = _members.Values.FirstOrDefault(member => member.Joining is not null)?.Id ?? _leader;
        return _leader is not null && _members[_leader].Joining is not null;
    }

    /// <summary>Each member votes for the first of its protocols that all can do; the oldest member's vote breaks a tie.</summary>
    private string ChooseProtocol()
    {
        var common = _members.GetAt(0).Value.Protocols.Select(protocol => protocol.Name)
            .Where(name => _members.Values.All(member => member.Protocols.Exists(known => known.Name == name)))
            .ToHashSet(StringComparer.Ordinal);
        return _members.Values
            .Select(member => member.Protocols.First(protocol => common.Contains(protocol.Name)).Name)
            .CountBy(name => name, StringComparer.Ordinal)
            .MaxBy(votes => votes.Value).Key;
    }

    private void EndSyncPhase()
    {
        if (State is not (GroupState.CompletingRebalance or GroupState.Stable) || _unsynced.Count == 0)
            return;
        foreach (var late in _unsynced.ToList())
            Forget(_members[late]);
        PrepareRebalance();
    }
}
