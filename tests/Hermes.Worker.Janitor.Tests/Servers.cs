using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

[assembly: AssemblyFixture(typeof(ZooKeeperFixture))]
[assembly: AssemblyFixture(typeof(RealKafkaFixture))]
[assembly: TestCollectionOrderer(typeof(Hermes.Worker.Janitor.Tests.LongestFirst))]
// Most tests here wait for other processes, one of them for five minutes of a broker's own: they wait side by side.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
