using Hermes.Faults.Soaks;

namespace Hermes.Faults.Tests.Soaks;

public sealed class FlatnessTests
{
    [Fact]
    public void Growth_at_the_beginning_is_left_out() => Assert.True(Of(n => n < 100 ? n : 100).IsFlat);

    [Fact]
    public void A_single_peak_does_not_count() => Assert.True(Of(n => n == 250 ? 1000 : 100).IsFlat);

    [Fact]
    public void What_grows_steadily_is_not_flat() => Assert.False(Of(n => 100 + (0.2 * n)).IsFlat);

    [Fact]
    public void What_begins_to_grow_late_is_not_flat() => Assert.False(Of(n => n < 220 ? 100 : 130).IsFlat);

    [Fact]
    public void Too_few_samples_say_nothing() => Assert.False(new Flatness("a figure", [1, 1, 1, 1], 0.1, 5).IsFlat);

    private static Flatness Of(Func<int, double> value) => new("a figure", [.. Enumerable.Range(0, 300).Select(value)], 0.1, 5);
}
