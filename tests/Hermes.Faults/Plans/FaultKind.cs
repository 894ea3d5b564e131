namespace Hermes.Faults.Plans;

/// <summary>What is done to a target.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL to a process; started again at the end of the fault.</summary>
    Kill,

    /// <summary>SIGTERM to a worker, which ends in good order; started again at the end of the fault.</summary>
    Stop,

    /// <summary>SIGSTOP to a process, SIGCONT at the end.</summary>
    Freeze,

    /// <summary>A link's connections are reset, and new ones too until the end.</summary>
    Cut,

    /// <summary>A link's connections stand, and nothing passes until the end.</summary>
    Stall,

    /// <summary>Each piece on a link takes a quarter of a second longer.</summary>
    Slow,

    /// <summary>The endpoint, or the schema registry, answers 503.</summary>
    Refuse,

    /// <summary>The endpoint, or the schema registry, answers nothing.</summary>
    Hang,

    /// <summary>The disk of the broker or of a server of ZooKeeper is full; what ended by it is started again at the end of the fault.</summary>
    Fill,

    /// <summary>A worker's wall clock is an hour ahead, and right again at the end.</summary>
    Ahead,

    /// <summary>A worker's wall clock is an hour behind, and right again at the end.</summary>
    Behind,
}
