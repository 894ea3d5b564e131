using Hermes.Shared.Hosting;
using Hermes.Worker.Janitor;

var builder = WorkerHost.CreateBuilder(args);
builder.AddOperation(new("hermes-janitor", 8002));
builder.AddHermesFoundation();
builder.AddJanitor();
return await WorkerHost.RunAsync(builder);
