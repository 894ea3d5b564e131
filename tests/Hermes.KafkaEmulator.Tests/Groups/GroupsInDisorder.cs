using System.Globalization;

namespace Hermes.KafkaEmulator.Tests.Groups;

/// <summary>Members that come, go, fall silent and are restarted at random: whatever happened, those who are left end up together.</summary>
public sealed class GroupsInDisorder
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whoever_is_left_ends_up_in_one_stable_generation(int seed)
    {
        var random = new Random(seed);
        using var group = new TestGroup();
        var clients = new List<SimulatedClient>();
        var statics = 0;
        for (var turn = 0; turn < 300; turn++)
        {
            Act();
            foreach (var client in clients.OrderBy(_ => random.Next()).Where(_ => random.Next(4) > 0).ToList())
                client.Step();
            if (random.Next(3) == 0)
                group.Pass(random.NextDouble() * 4);
        }

        clients.RemoveAll(client => client.IsFenced);
        while (clients.Count < 2)
            clients.Add(new SimulatedClient(group, instance: null));
        Settle();
        Assert.All(clients, client => Assert.Equal(1, client.AssignmentLength));

        // In a group at rest nothing but the end of its session tells of a member that falls silent.
        clients.RemoveAt(random.Next(clients.Count));
        Settle();

        clients.ForEach(client => client.Leave());
        Assert.Equal("Empty", group.State);

        void Settle()
        {
            for (var turn = 0; turn < 400 && !Settled(); turn++)
            {
                clients.ForEach(client => client.Step());
                group.Pass(1);
            }

            Assert.True(Settled(), $"Seed {seed}: {group.State} with {group.Members} members, {clients.Count} clients: {string.Join(", ", clients)}");
        }

        bool Settled() => group.State == "Stable" && group.Members == clients.Count && clients.TrueForAll(client => client.IsSteady)
            && clients.DistinctBy(client => client.Generation).Count() == 1;

        void Act()
        {
            switch (random.Next(10))
            {
                case 0 when clients.Count < 8:
                    clients.Add(new SimulatedClient(group, instance: null));
                    break;
                case 1 when clients.Count < 8:
                    clients.Add(new SimulatedClient(group, (++statics).ToString(CultureInfo.InvariantCulture)));
                    break;
                case 2 when clients.Count > 0:
                    clients.RemoveAt(random.Next(clients.Count)); // falls silent
                    break;
                case 3 when clients.Count > 0:
                    var leaving = clients[random.Next(clients.Count)];
                    leaving.Leave();
                    clients.Remove(leaving);
                    break;
                case 4 when clients.Find(client => client.Instance is not null) is { } restarted:
                    clients.Remove(restarted);
                    clients.Add(new SimulatedClient(group, restarted.Instance));
                    break;
                default:
                    break;
            }
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];
}
