namespace Hermes.KafkaEmulator.Tests.Groups;

/// <summary>Answers that must be there already: on a clock that stands still, nothing comes later.</summary>
internal static class Answers
{
    public static T Now<T>(this Task<T> answer)
    {
        Assert.True(answer.IsCompletedSuccessfully, "The request is answered.");
        return answer.GetAwaiter().GetResult();
    }
}
