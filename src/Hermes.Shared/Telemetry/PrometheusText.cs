using System.Globalization;
using System.Text;

namespace Hermes.Shared.Telemetry;

/// <summary>Writes series in Prometheus's text format 0.0.4.</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";
    private static readonly double[] Quantiles = [0.5, 0.99, 0.999];
    private readonly StringBuilder _text = new();

    public void Write(Series series)
    {
        // A counter that has counted nothing is 0: only so does its first count show as an increase.
        var isIdle = series.Cells.Count == 0;
        if (isIdle && !(series.IsCounter && !series.Instrument.IsObservable))
            return;
        var isHermes = series.Instrument.Meter.Name == HermesMeter.Name;
        var name = NameOf(series, isHermes);
        _text.Append("# HELP ").Append(name).Append(' ').Append((series.Instrument.Description ?? "").Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(series.IsDistribution ? isHermes ? "summary" : "histogram" : series.IsCounter ? "counter" : "gauge").Append('\n');
        if (isIdle)
            Line(name, "", 0);
        foreach (var (tags, cell) in series.Cells)
        {
            var labels = Labels(tags);
            if (cell.Distribution is not { } distribution)
                Line(name, labels, cell.Value);
            else if (isHermes)
                Summary(name, labels, cell, distribution);
            else
                Histogram(name, labels, cell, distribution);
        }
    }

    public ReadOnlyMemory<byte> ToUtf8() => Encoding.UTF8.GetBytes(_text.ToString());

    private static string NameOf(Series series, bool isHermes)
    {
        var name = new StringBuilder(isHermes ? "hermes_consumers_" : "");
        foreach (var c in series.Instrument.Name)
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        var suffix = series.Instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        // Micrometer writes the unit of timers alone, and other names as they are given.
        if (suffix.Length > 0 && (!isHermes || series.IsDistribution) && !name.ToString().EndsWith(suffix, StringComparison.Ordinal))
            name.Append(suffix);
        if (series.IsCounter)
            name.Append("_total");
        return name.ToString();
    }

    private void Summary(string name, string labels, Cell cell, Distribution distribution)
    {
        foreach (var quantile in Quantiles)
            Line(name, With(labels, "quantile", Number(quantile)), distribution.Quantile(quantile));
        Line(name + "_count", labels, distribution.Cumulated()[^1]);
        Line(name + "_sum", labels, cell.Value);
    }

    private void Histogram(string name, string labels, Cell cell, Distribution distribution)
    {
        var counts = distribution.Cumulated();
        for (var i = 0; i < distribution.Bounds.Count; i++)
            Line(name + "_bucket", With(labels, "le", Number(distribution.Bounds[i])), counts[i]);
        Line(name + "_bucket", With(labels, "le", "+Inf"), counts[^1]);
        Line(name + "_count", labels, counts[^1]);
        Line(name + "_sum", labels, cell.Value);
    }

    private void Line(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
            _text.Append('{').Append(labels).Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string With(string labels, string name, string value) => labels.Length == 0 ? $"{name}=\"{value}\"" : $"{labels},{name}=\"{value}\"";

    private static string Labels(KeyValuePair<string, object?>[] tags)
    {
        if (tags.Length == 0)
            return "";
        var labels = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (labels.Length > 0)
                labels.Append(',');
            foreach (var c in name)
                labels.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            labels.Append("=\"");
            foreach (var c in Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
                labels.Append(c switch { '\\' => @"\\", '"' => "\\\"", '\n' => "\\n", _ => c.ToString() });
            labels.Append('"');
        }
        return labels.ToString();
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
