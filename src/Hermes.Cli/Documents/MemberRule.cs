using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hermes.Cli.Documents;

/// <summary>What Hermes demands of one member of a document.</summary>
internal sealed record MemberRule
{
    private readonly Func<JsonNode, bool> _holds;

    private MemberRule(string path, bool isRequired, string says, Func<JsonNode, bool> holds) =>
        (Path, IsRequired, Says, _holds) = (MemberPath.Parse(path), isRequired, says, holds);

    /// <summary>The member.</summary>
    public MemberPath Path { get; }

    /// <summary>Whether the document is refused without it.</summary>
    public bool IsRequired { get; }

    /// <summary>The rule in words, to follow "must be".</summary>
    public string Says { get; }

    public static MemberRule Text(string path, bool isRequired = false, bool mayBeEmpty = true) =>
        new(path, isRequired, mayBeEmpty ? "text" : "text that is not empty",
            node => node.GetValueKind() is JsonValueKind.String && (mayBeEmpty || node.ToString().Length > 0));

    public static MemberRule OneOf(string path, params string[] words) =>
        new(path, isRequired: false, $"one of {string.Join(", ", words)}",
            node => node.GetValueKind() is JsonValueKind.String && words.Contains(node.ToString(), StringComparer.Ordinal));

    public static MemberRule Flag(string path) =>
        new(path, isRequired: false, "true or false", node => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False);

    /// <summary>Hermes's reader takes JSON integers only: neither 100.0 nor "100".</summary>
    public static MemberRule Whole(string path, long least, long most = int.MaxValue) =>
        new(path, isRequired: false, most == int.MaxValue ? $"a whole number from {least} on" : $"a whole number from {least} to {most}",
            node => node.GetValueKind() is JsonValueKind.Number
                && long.TryParse(node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most);

    public static MemberRule Number(string path, double least, double most) =>
        new(path, isRequired: false, $"a number from {least} to {most}",
            node => node.GetValueKind() is JsonValueKind.Number && node.GetValue<double>() is var number && number >= least && number <= most);

    public static MemberRule List(string path, string says, Func<JsonNode?, bool> eachHolds) =>
        new(path, isRequired: false, says, node => node is JsonArray list && list.All(eachHolds));

    public static MemberRule That(string path, bool isRequired, string says, Func<JsonNode, bool> holds) => new(path, isRequired, says, holds);

    /// <returns>What is wrong, by name, with the rule and the value; <see langword="null"/> when nothing is.</returns>
    public string? FaultIn(JsonObject document)
    {
        if (Path.Find(document) is not { } node)
            return IsRequired ? $"{Path.Text} is missing; it must be {Says}." : null;
        return _holds(node) ? null : $"{Path.Text} must be {Says}, but is {Secrets.MaskAddress(node.ToJsonString())}.";
    }
}
