using Hermes.Cli.Tests;
using Hermes.Testing.ZooKeeper;

[assembly: AssemblyFixture(typeof(ZooKeeperFixture))]
[assembly: AssemblyFixture(typeof(EmulatorFixture))]
