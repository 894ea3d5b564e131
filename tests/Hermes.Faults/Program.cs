using Hermes.Faults;
using Hermes.Faults.CommandLines;

try
{
    if (Arguments.Parse(args) is not { } settings)
    {
        Console.WriteLine(Arguments.Usage);
        return 0;
    }
    return await Report.RunAsync(settings);
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
