using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Documents;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Subscriptions;

/// <summary>The options that describe a subscription: shorthands for its commonest members, <c>--file</c> and <c>--set</c>.</summary>
internal sealed class SubscriptionInput
{
    private readonly DocumentInput _document = new();
    private readonly Option<string?> _endpoint = new("--endpoint")
    {
        Description = "Where messages go, e.g. http://host/path; may hold user:password@.",
        HelpName = "URL",
    };
    private readonly Option<string?> _description = new("--description") { Description = "What the subscription is for." };
    private readonly Option<string?> _owner = new("--owner")
    {
        Description = "Who answers for it. Default: Plaintext, and the user who runs the command.",
        HelpName = "[SOURCE:]ID",
    };
    private readonly Option<string?> _deliveryType = new("--delivery-type") { Description = "SERIAL (default) or BATCH." };

    public SubscriptionInput() => _deliveryType.AcceptOnlyFromAmong(DeliveryTypes.Serial, DeliveryTypes.Batch);

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _endpoint, _description, _owner, _deliveryType })
            command.Options.Add(option);
        _document.AddTo(command);
    }

    /// <summary>What is asked for, without <c>--set</c>.</summary>
    public async Task<JsonObject> ReadAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var asked = await _document.ReadFileAsync(parsed, terminal, cancellationToken);
        if (parsed.GetValue(_endpoint) is { } endpoint)
            asked["endpoint"] = endpoint;
        if (parsed.GetValue(_description) is { } description)
            asked["description"] = description;
        if (parsed.GetValue(_owner) is { } owner)
            asked["owner"] = Owner.Parse(owner);
        if (parsed.GetValue(_deliveryType) is { } deliveryType)
            asked["deliveryType"] = deliveryType;
        return asked;
    }

    /// <summary>Whether nothing at all is asked for.</summary>
    public bool IsEmpty(ParseResult parsed, JsonObject asked) => asked.Count == 0 && _document.Assignments(parsed).Count == 0;

    /// <summary>The delivery type that is asked for in any way; it decides the defaults of the policy.</summary>
    public string? DeliveryType(ParseResult parsed, JsonObject asked) =>
        _document.Assignments(parsed).LastOrDefault(a => a.Path.Text == "deliveryType")?.Value.Trim('"') ?? asked["deliveryType"]?.ToString();

    /// <summary>Lays what is asked for over a document, <c>--set</c> last.</summary>
    public void Apply(ParseResult parsed, JsonObject asked, JsonObject document)
    {
        Overlay.Apply(document, asked);
        _document.Apply(parsed, document);
        NewSubscription.Derive(document, asked.ContainsKey("trackingMode") || _document.Assignments(parsed).Any(a => a.Path.Text == "trackingMode"));
    }
}
