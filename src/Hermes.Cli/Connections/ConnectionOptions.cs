using System.CommandLine;

namespace Hermes.Cli.Connections;

/// <summary>The options that say which installation is meant. They go over the environment (<c>HERMES_…</c>), which goes
/// over <c>appsettings.json</c>.</summary>
internal sealed class ConnectionOptions
{
    private readonly Option<string?> _zooKeeper = Recursive(
        "--zookeeper", "ZooKeeper's servers, with a chroot if there is one (ZooKeeper:ConnectionString).", "HOST:PORT,...");
    private readonly Option<string?> _root = Recursive(
        "--root", "The node below which Hermes keeps everything (ZooKeeper:Root).", "PATH");
    private readonly Option<string?> _bootstrapServers = Recursive(
        "--bootstrap-servers", "Kafka's brokers (Kafka:BootstrapServers).", "HOST:PORT,...");
    private readonly Option<string?> _namespace = Recursive(
        "--kafka-namespace", "Stands before the names of Kafka topics and groups (Kafka:Namespace).", "NAME");
    private readonly Option<string?> _datacenter = Recursive("--datacenter", "The datacenter's name (Hermes:Datacenter).", "NAME");
    private readonly Option<string?> _config = Recursive("--config", "A file of settings over appsettings.json and the environment.", "FILE");
    private readonly Option<string[]> _settings = new("--setting")
    {
        Description = "Any other setting, e.g. ZooKeeper:SessionTimeout=00:00:05 or Kafka:Client:security.protocol=ssl.",
        HelpName = "SECTION:NAME=VALUE",
        Recursive = true,
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show on standard error what the connections do.", Recursive = true };

    public ConnectionOptions() => _settings.Validators.Add(static result =>
    {
        foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
            result.AddError($"--setting: '{token.Value}' does not read SECTION:NAME=VALUE.");
    });

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _zooKeeper, _root, _bootstrapServers, _namespace, _datacenter, _config, _settings, _verbose })
            command.Options.Add(option);
    }

    public bool IsVerbose(ParseResult parsed) => parsed.GetValue(_verbose);

    public string? ConfigurationFile(ParseResult parsed) => parsed.GetValue(_config);

    /// <summary>The settings given on the command line, by their names in the configuration; the option of a setting's own
    /// goes over the general one.</summary>
    public Dictionary<string, string?> Settings(ParseResult parsed)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        (string Name, Option<string?> Option)[] named =
        [
            ("ZooKeeper:ConnectionString", _zooKeeper), ("ZooKeeper:Root", _root),
            ("Kafka:BootstrapServers", _bootstrapServers), ("Kafka:Namespace", _namespace), ("Hermes:Datacenter", _datacenter),
        ];
        foreach (var setting in parsed.GetValue(_settings) ?? [])
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            settings[setting[..equals]] = setting[(equals + 1)..];
        }
        foreach (var (name, option) in named)
        {
            if (parsed.GetValue(option) is { } value)
                settings[name] = value;
        }
        return settings;
    }

    private static Option<string?> Recursive(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName, Recursive = true };
}
