namespace Hermes.Delivery.Sending;

/// <summary>One POST as a sender gets it. All of it is checked: a sender may write names and values as they stand.</summary>
/// <remarks>A struct of references to what is there anyway, so that a sender that needs no request object allocates none.</remarks>
internal readonly struct SendRequest
{
    public required Uri Address { get; init; }

    /// <summary>The value of <c>Host</c>, and the name that TLS is spoken to; null: the address's own.</summary>
    public string? Host { get; init; }

    public HttpProtocol Protocol { get; init; }

    /// <summary>The value of <c>Content-Type</c>.</summary>
    public required string ContentType { get; init; }

    /// <summary>Headers that are the same on every request of the subscription; a sender may keep their encoded form with the block.</summary>
    public required HeaderBlock Fixed { get; init; }

    /// <summary>The publisher's headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>The value of <c>Hermes-Message-Id</c>; null: no such header.</summary>
    public string? MessageId { get; init; }

    /// <summary>Attempts already made: the value of <c>Hermes-Retry-Count</c>.</summary>
    public required int Attempts { get; init; }

    /// <summary>Headers made for this attempt, such as a token or a signature.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Own { get; init; } = [];

    /// <summary>Sent with its length; it stays as it is until the send is over.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public SendRequest()
    {
    }
}
