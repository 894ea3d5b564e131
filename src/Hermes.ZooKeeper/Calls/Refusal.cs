using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>The words for "the server said no".</summary>
internal static class Refusal
{
    public static ZooKeeperException Of(OpCode operation, string path, ErrorCode error) =>
        new(error, $"ZooKeeper refused {operation} of '{path}': {error}{Hint(error)}.");

    private static string Hint(ErrorCode error) => error switch
    {
        ErrorCode.Unimplemented => " (the server does not know it, or it is switched off there)",
        ErrorCode.NoAuth => " (the session's identities lack the right)",
        _ => "",
    };
}
