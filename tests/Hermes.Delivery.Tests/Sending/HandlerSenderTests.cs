using Hermes.Delivery.Sending;
using Hermes.Delivery.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.Delivery.Tests.Sending;

/// <summary>The framework's handler.</summary>
public sealed class HandlerSenderTests : SenderContract
{
    private protected override ISender Create(DeliveryOptions options) =>
        new HandlerSender(new(options, ConnectorOf(options), new TlsFiles(options, NullLogger<TlsFiles>.Instance, TimeProvider.System)));
}
