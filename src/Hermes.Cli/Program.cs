using Hermes.Cli;

return await HermesCommand.RunAsync(args, Terminal.OfProcess(), CancellationToken.None);
