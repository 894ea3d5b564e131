using System.Reflection;
using Hermes.Shared.Status;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Hermes.Shared.Hosting;

/// <summary>The host of a worker: under systemd, as a Windows service, in a container or at a desk.</summary>
public static class WorkerHost
{
    /// <summary>This process as people find it: machine and process id.</summary>
    public static string Worker { get; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>The prefix of environment variables: <c>HERMES_ZooKeeper__ConnectionString</c>.</summary>
    public const string EnvironmentPrefix = "HERMES_";

    // Folders with a file for each secret: systemd names its credentials' by the first, whoever mounts secrets into a container by the second.
    private static readonly string[] SecretFolders = ["CREDENTIALS_DIRECTORY", "SECRETS_DIRECTORY"];

    /// <summary>A builder that reads <c>appsettings.json</c> (beside the program, then in the working folder), the environment,
    /// files of secrets and the command line; the later one wins.</summary>
    public static HostApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { Args = args, ContentRootPath = AppContext.BaseDirectory });
        AddHermesConfiguration(builder.Configuration, args);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        // Logging:Console:FormatterName chooses another form: json, or systemd's.
        builder.Logging.AddConsole();
        builder.Services.Configure<SimpleConsoleFormatterOptions>(o =>
        {
            o.SingleLine = true;
            o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fffK ";
            o.UseUtcTimestamp = true;
        });
        AddSystemd(builder.Services);
        builder.Services.AddWindowsService();
        builder.Services.AddMetrics();
        return builder;
    }

    /// <summary>The package looks for a parent of that name; whoever else gives us a socket wants to hear the same.</summary>
    private static void AddSystemd(IServiceCollection services)
    {
        services.AddSystemd();
        if (OperatingSystem.IsLinux() && !SystemdHelpers.IsSystemdService() && Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 })
        {
            services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
            services.AddSingleton<IHostLifetime, SystemdLifetime>();
        }
    }

    /// <summary>The sources of configuration, the same in every process.</summary>
    public static void AddHermesConfiguration(IConfigurationBuilder configuration, string[] args)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables(EnvironmentPrefix);
        foreach (var folder in SecretFolders)
        {
            if (Environment.GetEnvironmentVariable(folder) is { Length: > 0 } path)
                configuration.AddKeyPerFile(path, optional: true);
        }
        configuration.AddCommandLine(args);
    }

    /// <summary>Runs the host until it is asked to stop.</summary>
    /// <returns>The process's exit code: 0; 1 when the settings are wrong or a worker failed.</returns>
    public static async Task<int> RunAsync(HostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var name = Assembly.GetEntryAssembly()?.GetName().Name;
        if (SettingsFaults.Find(builder.Services) is { Count: > 0 } faults)
        {
            await Report(name, faults);
            return 1;
        }
        using var host = builder.Build();
        try
        {
            await host.StartAsync();
        }
        catch (StatusAddressException e)
        {
            await Report(name, [e.Message]);
            return 1;
        }
        await host.WaitForShutdownAsync();
        // A worker that fails stops the host, which then ends as if nothing had happened.
        return host.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(w => w.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
    }

    private static async Task Report(string? name, IEnumerable<string> faults)
    {
        await Console.Error.WriteLineAsync($"{name} does not start: its settings are wrong.");
        foreach (var fault in faults)
            await Console.Error.WriteLineAsync($"  - {fault}");
    }
}
