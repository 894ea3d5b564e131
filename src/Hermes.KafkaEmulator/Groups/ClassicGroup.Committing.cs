using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>Whose commits the group takes.</summary>
internal sealed partial class ClassicGroup
{
    /// <summary>Tells whether a commit may be taken; one of a member counts as a sign of life.</summary>
    public KafkaError CheckCommit(Committer committer)
    {
        if (committer.Generation < 0 && State is GroupState.Empty)
            return KafkaError.None;
        var error = Check(committer.MemberId, committer.InstanceId, committer.Generation);
        if (error is not KafkaError.None)
            return error;
        // The assignment is not known yet, so nothing of this generation can have been read.
        if (State is GroupState.CompletingRebalance)
            return KafkaError.RebalanceInProgress;
        KeepAlive(_members[committer.MemberId]);
        return KafkaError.None;
    }
}
