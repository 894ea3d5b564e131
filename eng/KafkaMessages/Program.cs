using KafkaMessages;

if (args.Length != 2)
{
    await Console.Error.WriteLineAsync("usage: KafkaMessages SCHEMAS OUTPUT");
    return 2;
}

Directory.CreateDirectory(args[1]);
foreach (var old in Directory.EnumerateFiles(args[1], "*.cs"))
    File.Delete(old);
foreach (var (name, text) in MessageFiles.From(args[0]))
    await File.WriteAllTextAsync(Path.Combine(args[1], name), text);
return 0;
