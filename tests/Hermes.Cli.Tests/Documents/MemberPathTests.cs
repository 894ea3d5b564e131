using System.Text.Json.Nodes;
using Hermes.Cli.Documents;

namespace Hermes.Cli.Tests.Documents;

/// <summary><c>--set path=value</c> on documents, without any server.</summary>
public sealed class MemberPathTests
{
    [Theory]
    [InlineData("{}", "a=1", """{"a":1}""")]
    [InlineData("{}", "a.b.c=true", """{"a":{"b":{"c":true}}}""")]
    [InlineData("""{"a":{"b":1}}""", "a.b=2.5", """{"a":{"b":2.5}}""")]
    [InlineData("{}", "a=some text", """{"a":"some text"}""")]
    [InlineData("{}", "a=x=y", """{"a":"x=y"}""")]
    [InlineData("{}", "a=", """{"a":""}""")]
    [InlineData("""{"a":"text"}""", "a=123", """{"a":"123"}""")]
    [InlineData("""{"a":"text"}""", "a=\"1\\u0032\"", """{"a":"12"}""")]
    [InlineData("{}", "a=\"123\"", """{"a":"123"}""")]
    [InlineData("""{"a":1,"b":2}""", "a=null", """{"b":2}""")]
    [InlineData("{}", "a.b=null", "{}")]
    [InlineData("{}", "h[0].name=X", """{"h":[{"name":"X"}]}""")]
    [InlineData("""{"h":[1]}""", "h[1]={\"x\":[]}", """{"h":[1,{"x":[]}]}""")]
    [InlineData("""{"h":[1,2]}""", "h[0]=null", """{"h":[2]}""")]
    [InlineData("{}", "m[\"with.dot\"].x=1", """{"m":{"with.dot":{"x":1}}}""")]
    public void Sets_any_member_by_its_path(string document, string assignment, string expected)
    {
        var json = JsonNode.Parse(document)!.AsObject();
        Assignment.Parse(assignment).ApplyTo(json);
        Assert.Equal(expected, json.ToJsonString());
    }

    [Theory, InlineData("=1"), InlineData("a"), InlineData("a..b=1"), InlineData("a.=1"), InlineData(".a=1"), InlineData("a[=1"), InlineData("a[x]=1"), InlineData("a[0]b=1")]
    public void Refuses_what_is_no_path(string assignment) => Assert.Throws<FormatException>(() => Assignment.Parse(assignment));

    [Theory, InlineData("""{"a":1}""", "a.b=1"), InlineData("""{"a":[]}""", "a[1]=1"), InlineData("""{"a":{}}""", "a[0]=1")]
    public void Refuses_a_path_that_does_not_fit_the_document(string document, string assignment) =>
        Assert.Throws<FormatException>(() => Assignment.Parse(assignment).ApplyTo(JsonNode.Parse(document)!.AsObject()));
}
