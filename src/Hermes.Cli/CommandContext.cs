using System.CommandLine;
using Hermes.Cli.Connections;
using Hermes.Cli.Output;
using Hermes.Shared.Naming;

namespace Hermes.Cli;

/// <summary>What the commands that work on an installation share.</summary>
internal sealed class CommandContext(Terminal terminal, CancellationTokenSource abort)
{
    /// <summary>Why the command was ended from within; <see langword="null"/> when it was not.</summary>
    public string? AbortReason { get; private set; }

    public Terminal Terminal => terminal;

    public Printer Printer { get; } = new(terminal);

    public ConnectionOptions Connection { get; } = new();

    /// <inheritdoc cref="Installation.OpenAsync"/>
    public Task<Installation> OpenAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        Installation.OpenAsync(Connection, parsed, Abort, cancellationToken);

    /// <summary>Who gives the command; for the audit.</summary>
    public static string User { get; } = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary><c>--json</c> of the reading commands.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Print JSON." };

    public static Option<bool> SecretsOption() => new("--secrets") { Description = "Show passwords as they are, in place of asterisks." };

    public static Argument<string> GroupArgument()
    {
        var argument = new Argument<string>("group") { Description = "The group's name." };
        argument.Validators.Add(static result =>
        {
            if (result.Tokens is [var token, ..] && !TopicName.TryParse($"{token.Value}.topic", out _))
                result.AddError($"A group's name must consist of letters, digits, '_', '.' and '-', but is '{token.Value}'.");
        });
        return argument;
    }

    public static Argument<TopicName> TopicArgument(bool isRequired = true) => new("topic")
    {
        Description = "The topic's qualified name: group.topic.",
        Arity = isRequired ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
        CustomParser = static result =>
        {
            if (TopicName.TryParse(result.Tokens[0].Value, out var name))
                return name;
            result.AddError($"A topic's name must read 'group.topic', of letters, digits, '_', '.' and '-', but is '{result.Tokens[0].Value}'.");
            return null;
        },
    };

    public static Argument<string> SubscriptionArgument()
    {
        var argument = new Argument<string>("subscription") { Description = "The subscription's short name." };
        argument.Validators.Add(static result =>
        {
            if (result.Tokens is [var token, ..] && !SubscriptionName.TryParse($"group.topic${token.Value}", out _))
                result.AddError($"A subscription's name must consist of letters, digits, '_', '.' and '-', but is '{token.Value}'.");
        });
        return argument;
    }

    private void Abort(string reason)
    {
        AbortReason = reason;
        abort.Cancel();
    }
}
