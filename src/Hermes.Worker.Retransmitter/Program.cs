using Hermes.Shared.Hosting;
using Hermes.Worker.Retransmitter;

var builder = WorkerHost.CreateBuilder(args);
builder.AddOperation(new("hermes-retransmitter", 8001));
builder.AddHermesFoundation();
builder.AddRetransmitter();
return await WorkerHost.RunAsync(builder);
