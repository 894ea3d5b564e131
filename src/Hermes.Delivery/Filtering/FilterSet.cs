namespace Hermes.Delivery.Filtering;

/// <summary>The filters of one subscription: a message has to pass all, in their order.</summary>
internal sealed class FilterSet(IReadOnlyList<IMessageFilter> filters)
{
    public static FilterSet Empty { get; } = new([]);

    public bool IsEmpty => filters.Count == 0;

    public bool Passes(Message message)
    {
        try
        {
            foreach (var filter in filters)
                if (!filter.Passes(message))
                    return false;
            return true;
        }
        catch (Exception)
        {
            return false; // Hermes's rule: a filter that fails on a message filters it out
        }
    }
}
