namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>Where a janitor's calls leave its process. What happens there is the history's business.</summary>
internal sealed class Edge
{
    /// <summary>Called before a call is carried out, with its name; may throw.</summary>
    public Action<string> Before { get; set; } = _ => { };

    /// <summary>Called when it has been carried out; may throw: then nobody learns of it.</summary>
    public Action<string> After { get; set; } = _ => { };

    /// <summary>Called before a broker goes on with the next group of a request, with what it does; may throw: then it has no
    /// answer for this one.</summary>
    public Action<string> Between { get; set; } = _ => { };

    public T One<T>(string name, Func<T> work)
    {
        Between(name);
        return work();
    }

    public T Call<T>(string name, Func<T> work)
    {
        Before(name);
        var result = work();
        After(name);
        return result;
    }
}
