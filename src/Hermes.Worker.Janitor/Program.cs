using Hermes.Shared.Hosting;
using Hermes.Worker.Janitor;

var builder = WorkerHost.CreateBuilder(args);
builder.AddHermesFoundation();
builder.AddJanitor();
return await WorkerHost.RunAsync(builder);
