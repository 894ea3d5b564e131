using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Hermes.Shared.Hosting;

/// <summary>Registration of settings.</summary>
public static class SettingsRegistration
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds settings bound from a section, checked before the host starts, all faults at once, by name.</summary>
        public OptionsBuilder<T> AddSettings<T>(IConfiguration configuration, string section) where T : class
        {
            ArgumentNullException.ThrowIfNull(configuration);
            var bound = new BoundSection<T>(configuration.GetSection(section));
            services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<T>>().Value);
            services.AddSingleton<IConfigureOptions<T>>(bound);
            services.AddSingleton<IValidateOptions<T>>(bound);
            return services.AddOptions<T>().ValidateOnStart();
        }
    }
}
