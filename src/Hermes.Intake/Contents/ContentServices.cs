using Hermes.Shared.Schemas;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hermes.Intake.Contents;

/// <summary>Registration of what reads records.</summary>
public static class ContentServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds the <see cref="RecordReaders"/>, the schemas, and their settings.</summary>
        public IServiceCollection AddContents(IConfiguration configuration)
        {
            services.AddSchemas(configuration);
            services.AddSingleton<RecordReaders>();
            services.AddSingleton<ContentMetrics>();
            return services;
        }
    }
}
