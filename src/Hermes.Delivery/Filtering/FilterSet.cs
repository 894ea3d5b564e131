namespace Hermes.Delivery.Filtering;

/// <summary>The filters of one subscription: a message has to pass all, in their order.</summary>
internal sealed class FilterSet(IReadOnlyList<IMessageFilter> filters)
{
    private long _nextNaming = long.MinValue;

    public static FilterSet Empty { get; } = new([]);

    public bool IsEmpty => filters.Count == 0;

    /// <param name="message">What is to pass.</param>
    /// <param name="failure">Which filter failed on it; then it does not pass, by Hermes's rule.</param>
    public bool Passes(Message message, out FilterFailure? failure)
    {
        failure = null;
        foreach (var filter in filters)
        {
            try
            {
                if (!filter.Passes(message)) return false;
            }
            catch (Exception e) // whatever one message does to a filter, the others go on
            {
                failure = new FilterFailure(filter.Type, e);
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a failure is to be named now; not again before so much time has passed.</summary>
    public bool TakeNaming(long now, long pause)
    {
        var next = Volatile.Read(ref _nextNaming);
        return now >= next && Interlocked.CompareExchange(ref _nextNaming, now + pause, next) == next;
    }
}
