using Hermes.Worker.Janitor.Tests.KeepAlive;
using Xunit.Sdk;
using Xunit.v3;

namespace Hermes.Worker.Janitor.Tests;

/// <summary>Begins with the one that waits for five minutes; the others run beside it.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => c.TestCollectionDisplayName.Contains(nameof(ShortRetention), StringComparison.Ordinal) ? 0 : 1)];
}
