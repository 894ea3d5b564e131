using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

[assembly: AssemblyFixture(typeof(ZooKeeperFixture))]
[assembly: AssemblyFixture(typeof(RealKafkaFixture))]
