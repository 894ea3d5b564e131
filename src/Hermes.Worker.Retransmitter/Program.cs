using Hermes.Shared.Hosting;
using Hermes.Worker.Retransmitter;

var builder = WorkerHost.CreateBuilder(args);
builder.AddHermesFoundation();
builder.AddRetransmitter();
return await WorkerHost.RunAsync(builder);
