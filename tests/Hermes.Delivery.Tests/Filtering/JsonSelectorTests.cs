using System.Text;
using Hermes.Delivery.Filtering;

namespace Hermes.Delivery.Tests.Filtering;

public sealed class JsonSelectorTests
{
    [Theory]
    [InlineData("$.id", """{"id":4,"t":"żółć"}""", "4")]
    [InlineData("$.t", """{"id":4,"t":"żółć"}""", "żółć")]
    [InlineData("$.a.b.c", """{"x":{"b":{"c":1}},"a":{"y":[{"b":2}],"b":{"c":"deep"}},"c":3}""", "deep")]
    [InlineData("$.a.b", """{"a":{"c":1},"b":2}""", null)]
    [InlineData("$.a.b", """{"a":5}""", null)]
    [InlineData("$.b", """{"a":{"b":1}}""", null)]
    [InlineData("$.b", """{"a":{"b":1},"b":2}""", "2")]
    [InlineData("$.a", """{"a":1,"a":2}""", "2")]
    [InlineData("$.a", """{"a":true}""", "true")]
    [InlineData("$.a", """{"a":12.50}""", "12.50")]
    [InlineData("$.a", """{"a":{"b":[1,2]}}""", """{"b":[1,2]}""")]
    [InlineData("$.a", """[{"a":1}]""", null)]
    [InlineData("$['a b']", """{"a b":"text"}""", "text")]
    [InlineData("$.when", """{"when":"2026-01-02T03:04:05Z"}""", "2026-01-02T03:04:05Z")]
    [InlineData("$['when']", """{"when":"2026-01-02T03:04:05Z"}""", "2026-01-02T03:04:05Z")]
    [InlineData("$['n']", """{"n":12.50}""", "12.50")]
    public void Finds_the_value_at_a_path(string path, string body, string? expected)
    {
        var values = Select(path, body);
        Assert.Equal(expected is null ? [] : [expected], values);
    }

    [Fact]
    public void A_null_is_a_value_without_text()
    {
        Assert.Equal([null], Select("$.a", """{"a":null}"""));
        Assert.Equal([null], Select("$['a']", """{"a":null}"""));
    }

    [Fact]
    public void A_path_over_a_list_gives_every_value() =>
        Assert.Equal(["1", "2"], Select("$.items[*].id", """{"items":[{"id":1},{"id":2},{"x":3}]}"""));

    [Fact]
    public void A_search_in_the_depth_gives_every_value() => Assert.Equal(["1", "2"], Select("$..id", """{"id":1,"x":{"id":2}}"""));

    [Theory, InlineData("$.items[?("), InlineData("$.[")]
    public void A_path_that_is_none_is_refused_at_once(string path) => Assert.Throws<ArgumentException>(() => JsonSelector.Parse(path));

    private static IReadOnlyList<string?> Select(string path, string body) => JsonSelector.Parse(path).Select(Encoding.UTF8.GetBytes(body));
}
