using System.Security.Authentication;
using Hermes.Delivery.Networks;

namespace Hermes.Delivery.Sending;

/// <summary>What went wrong on the way to an endpoint, as a word and, where it helps, in words.</summary>
internal static class SenderFaults
{
    public static Answer Of(HttpRequestException exception)
    {
        for (Exception? cause = exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is AddressRefusedException) return Answer.None("AddressRefused", cause.Message);
            if (cause is AuthenticationException && cause.InnerException is null) return Answer.None(nameof(HttpRequestError.SecureConnectionError), cause.Message);
        }

        return exception is { HttpRequestError: HttpRequestError.SecureConnectionError }
            ? Answer.None(nameof(HttpRequestError.SecureConnectionError), Innermost(exception).Message)
            : Answer.None(exception.HttpRequestError.ToString());
    }

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
