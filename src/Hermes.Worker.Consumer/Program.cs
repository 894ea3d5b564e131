using Hermes.Shared.Hosting;
using Hermes.Worker.Consumer;

var builder = WorkerHost.CreateBuilder(args);
builder.AddHermesFoundation();
builder.AddConsumer();
return await WorkerHost.RunAsync(builder);
