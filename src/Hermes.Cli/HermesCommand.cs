using System.CommandLine;
using System.CommandLine.Help;
using Hermes.Cli.ConsumerGroups;
using Hermes.Cli.Consumers;
using Hermes.Cli.DeadLetters;
using Hermes.Cli.Doctor;
using Hermes.Cli.Endpoint;
using Hermes.Cli.Groups;
using Hermes.Cli.Retransmissions;
using Hermes.Cli.Subscriptions;
using Hermes.Cli.Topics;

namespace Hermes.Cli;

/// <summary>The <c>hermes</c> command: parses, runs, and turns every end into an exit code and one clear message.</summary>
internal static class HermesCommand
{
    private static readonly TimeSpan EndOfWork = TimeSpan.FromSeconds(10);

    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var root = new RootCommand("Manages a Hermes installation, publishes to it, and stands in for an endpoint.");
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var context = new CommandContext(terminal, abort);
        root.Subcommands.Add(GroupCommands.Build(context));
        root.Subcommands.Add(TopicCommands.Build(context));
        root.Subcommands.Add(SubscriptionCommands.Build(context));
        root.Subcommands.Add(RetransmitCommands.Build(context));
        root.Subcommands.Add(DeadLetterCommands.Build(context));
        root.Subcommands.Add(ConsumerGroupCommands.Build(context));
        root.Subcommands.Add(ConsumerCommands.Build(context));
        root.Subcommands.Add(DoctorCommand.Build(context));
        root.Subcommands.Add(EndpointCommand.Build(terminal));

        // "@file" is not expanded: a key or a description may begin with '@'.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
            return await RefuseAsync(terminal, parsed);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = EndOfWork,
            }, abort.Token);
        }
        catch (OperationCanceledException) when (context.AbortReason is { } reason)
        {
            await terminal.Error.WriteLineAsync($"hermes: {reason}");
            return ExitCode.Failed;
        }
        catch (Exception e)
        {
            // The last resort of a command: whatever it is, it ends as a reason and an exit code, never as a stack trace.
            var (code, reason) = Failure.Describe(e);
            foreach (var line in reason)
                await terminal.Error.WriteLineAsync($"hermes: {line}");
            return code;
        }
    }

    private static async Task<int> RefuseAsync(Terminal terminal, ParseResult parsed)
    {
        foreach (var error in parsed.Errors)
            await terminal.Error.WriteLineAsync($"hermes: {error.Message}");
        await terminal.Error.WriteLineAsync($"Try '{CommandLineOf(parsed.CommandResult.Command)} --help'.");
        return ExitCode.Usage;
    }

    private static string CommandLineOf(Command command)
    {
        var names = new Stack<string>();
        for (var at = command; at is not RootCommand and not null; at = at.Parents.OfType<Command>().FirstOrDefault())
            names.Push(at.Name);
        names.Push("hermes");
        return string.Join(' ', names);
    }
}
