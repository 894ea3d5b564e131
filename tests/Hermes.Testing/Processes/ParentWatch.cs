namespace Hermes.Testing.Processes;

/// <summary>Starts a program that ends with this process, even where this process is killed without a word.</summary>
/// <remarks>A shell leaves a guard behind that reads the standard input we hold open, then becomes the program: its process id and
/// its signals are the program's. When our end of the pipe closes, the guard kills the program. (The kernel's parent-death
/// signal would not do: it follows the thread that forked, and pool threads come and go.)</remarks>
public static class ParentWatch
{
    // The guard looks at the command line before it kills: the id may be another's by then.
    private const string Script =
        """
        exec 3<&0
        (cat <&3 >/dev/null; grep -qsF -e "$1" /proc/$$/cmdline && kill -KILL $$) >/dev/null 2>&1 &
        exec 3<&- </dev/null
        shift
        exec "$@"
        """;

    /// <summary>Starts the program under the guard.</summary>
    /// <param name="program">The program, found on the path or named in full.</param>
    /// <param name="arguments">Its arguments; the last one should be its own (a folder, a file), as the guard knows it by that.</param>
    public static ChildProcess Start(string program, params string[] arguments) =>
        ChildProcess.Start("/bin/sh", ["-c", Script, "sh", arguments[^1], program, .. arguments]);
}
