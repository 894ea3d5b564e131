namespace Hermes.KafkaEmulator.Groups;

/// <summary>The groups by their ids.</summary>
/// <param name="create">Makes a group that is not there yet.</param>
internal sealed class GroupTable(Func<string, ClassicGroup> create)
{
    private readonly Dictionary<string, ClassicGroup> _groups = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ClassicGroup> All => _groups.Values;

    public ClassicGroup? Find(string id) => _groups.GetValueOrDefault(id);

    public ClassicGroup Obtain(string id)
    {
        if (!_groups.TryGetValue(id, out var group))
            _groups.Add(id, group = create(id));
        return group;
    }

    public void Remove(string id) => _groups.Remove(id);
}
