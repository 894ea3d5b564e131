using Hermes.Shared.Hosting;
using Hermes.Testing.Processes;
using Microsoft.Extensions.Configuration;

namespace Hermes.Shared.Tests.Hosting;

public sealed class ConfigurationSources
{
    [Fact]
    public void A_secret_comes_from_a_file_of_its_own_and_the_command_line_wins()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("OfThisTest__Password"), "from a file\n");
        File.WriteAllText(folder.File("OfThisTest__Client__sasl.password"), "with a dot");
        File.WriteAllText(folder.File("OfThisTest__Given"), "from a file");
        Environment.SetEnvironmentVariable("SECRETS_DIRECTORY", folder.Path);
        try
        {
            var configuration = new ConfigurationManager();
            WorkerHost.AddHermesConfiguration(configuration, ["--OfThisTest:Given=from the command line"]);
            Assert.Equal("from a file", configuration["OfThisTest:Password"]);
            Assert.Equal("with a dot", configuration["OfThisTest:Client:sasl.password"]);
            Assert.Equal("from the command line", configuration["OfThisTest:Given"]);
        }
        finally
        {
            Environment.SetEnvironmentVariable("SECRETS_DIRECTORY", null);
        }
    }
}
