using Hermes.Shared.Envelope;
using Hermes.Shared.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hermes.Shared.Schemas;

/// <summary>Registration of what reads records.</summary>
public static class SchemaServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds the settings of records, the schema registry's client, and the store of schemas.</summary>
        public IServiceCollection AddSchemas(IConfiguration configuration)
        {
            services.AddSettings<RecordSettings>(configuration, RecordSettings.Section);
            services.AddSettings<SchemaSettings>(configuration, SchemaSettings.Section)
                .Validate(s => s.FirstRetryPause <= s.LongestRetryPause, "Schemas:FirstRetryPause must not be longer than Schemas:LongestRetryPause.");
            services.AddSingleton<SchemaRegistryClient>();
            services.AddSingleton<SchemaStore>();
            return services;
        }
    }
}
