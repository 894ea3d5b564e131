using Hermes.Shared.Jobs;

namespace Hermes.Cli.Retransmissions;

/// <summary>Where a job stands as a line: its phase, a bar, and when it may be at its end.</summary>
internal sealed class ProgressLine(TimeProvider clock)
{
    private const int Width = 24;
    private (long Done, long At)? _first;

    /// <summary>The line; the estimate goes by what was done since the first look.</summary>
    public string Describe(JobStatus? status)
    {
        if (status is null)
            return "no retransmitter has taken it yet";
        var waits = status.WaitsFor is { } what ? $", waits for {what}" : "";
        var progress = status switch
        {
            { Replay: { } replay } => $" {Bar(replay.Done, replay.Total)} {replay.Done} of {replay.Total}{Estimate(status.Phase, replay)}",
            { Partitions.Count: > 0 and var all } when status.Partitions.Count(p => p.Moved is not null) is var moved =>
                $" {Bar(moved, all)} {moved} of {all} partitions moved",
            _ => "",
        };
        return $"{status.Phase}{progress}{waits}";
    }

    private static string Bar(long done, long all)
    {
        var share = all == 0 ? 1 : Math.Clamp((double)done / all, 0, 1);
        var filled = (int)(share * Width);
        return $"[{new string('#', filled)}{new string('-', Width - filled)}] {Math.Floor(share * 100),3:0} %";
    }

    private string Estimate(string phase, ReplayProgress replay)
    {
        if (phase != JobPhases.Replaying)
        {
            _first = null; // what rests has no speed
            return "";
        }
        _first ??= (replay.Done, clock.GetTimestamp());
        var elapsed = clock.GetElapsedTime(_first.Value.At).TotalSeconds;
        var speed = (replay.Done - _first.Value.Done) / elapsed;
        return elapsed < 1 || speed <= 0 ? "" : $", {speed:0} a second, about {TimeSpan.FromSeconds(Math.Ceiling((replay.Total - replay.Done) / speed)):c} left";
    }
}
