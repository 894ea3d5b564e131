namespace Hermes.Shared.Registry;

/// <summary>Why the registry says no.</summary>
public enum RegistryFault
{
    /// <summary>There is no such group, topic or subscription.</summary>
    NotFound,

    /// <summary>It exists already.</summary>
    AlreadyExists,

    /// <summary>It still holds topics or subscriptions.</summary>
    NotEmpty,

    /// <summary>Its node holds no document that can be read.</summary>
    Unreadable,
}

/// <summary>The registry says no.</summary>
public sealed class RegistryException(RegistryFault fault, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public RegistryFault Fault { get; } = fault;
}
