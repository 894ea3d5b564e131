using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper.Tests.Faults;

[assembly: AssemblyFixture(typeof(ZooKeeperFixture))]
[assembly: AssemblyFixture(typeof(UnobservedExceptions))]
