using Hermes.Testing.ZooKeeper;

[assembly: AssemblyFixture(typeof(ZooKeeperFixture))]
