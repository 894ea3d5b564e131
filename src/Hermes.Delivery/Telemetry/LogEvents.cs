namespace Hermes.Delivery.Telemetry;

/// <summary>Numbers of this assembly's log lines: 2000 to 2099. A retired number keeps its line here.</summary>
internal static class LogEvents
{
    public const int Opened = 2000;
    public const int Updated = 2001;
    public const int BeganToFail = 2002;
    public const int Recovered = 2003;
    public const int Discarded = 2004;
    public const int Paused = 2005;
    public const int HeadOfLine = 2006;
    public const int LetGo = 2007;
    public const int SettlementFailed = 2008;
    public const int PaceChanged = 2020;
    public const int TlsReloaded = 2040;
    public const int TlsNotReloaded = 2041;
    public const int OwnCertificateEnded = 2042;
    public const int NoHttp2 = 2043;
    public const int NoToken = 2044;
    public const int SecretsReloaded = 2045;
    public const int SecretsNotReloaded = 2046;
    public const int Slow = 2047;
    public const int FilterFailed = 2050;
    public const int BatchesOpened = 2060;
    public const int BatchesUpdated = 2061;
    public const int BatchBeganToFail = 2062;
    public const int BatchSplit = 2063;
    public const int LettersFail = 2070;
    public const int LettersRecovered = 2071;
}
