using Hermes.Shared.Hosting;
using Hermes.Worker.Consumer;

var builder = WorkerHost.CreateBuilder(args);
builder.AddOperation(new("hermes-consumer", 8000, IsHermesConsumer: true));
builder.AddHermesFoundation();
builder.AddConsumer();
return await WorkerHost.RunAsync(builder);
