using System.Buffers.Binary;
using Confluent.Kafka;
using Hermes.Delivery;
using Hermes.Intake.Offsets;
using Hermes.Shared.Avro;
using Hermes.Shared.Envelope;
using Hermes.Shared.Schemas;

namespace Hermes.Intake.Contents;

/// <summary>Records of Kafka as the messages that they carry (compatibility, 3.2 to 3.6). Made by <see cref="RecordReaders"/>.</summary>
/// <remarks>It never waits: where a schema is not known yet it says so, and the record is read again later.</remarks>
public sealed class RecordReader
{
    private const int PrefixLength = 5;
    private readonly SchemaStore _schemas;
    private readonly RecordSettings _settings;
    private readonly JsonEnvelope _envelope;
    private volatile RecordContract _contract;

    internal RecordReader(SchemaStore schemas, RecordSettings settings, RecordContract contract) =>
        (_schemas, _settings, _contract, _envelope) = (schemas, settings, contract, settings.ToJsonEnvelope());

    internal RecordContract Contract
    {
        get => _contract;
        set => _contract = value;
    }

    /// <summary>Reads a record.</summary>
    /// <param name="record">As it came.</param>
    /// <param name="ledger">Its partition's.</param>
    /// <param name="isLast">Whether nothing more is waited for: what cannot be read now never will.</param>
    public ReadRecord Read(ConsumeResult<byte[], byte[]> record, OffsetLedger ledger, bool isLast = false)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(ledger);
        var headers = new RecordHeaders(record.Message.Headers, _settings);
        if (record.Message.Value is not { } value)
            return Unreadable(record, ledger, headers, "The record has no value.");
        var contract = _contract;
        return contract.IsAvro(headers.LetterOf ?? ledger.Topic)
            ? ReadAvro(record, ledger, headers, contract, value, isLast)
            : ReadRecord.Of(ToMessage(record, ledger, headers, _envelope.Unwrap(value), null, default, false));
    }

    /// <summary>Hermes's ways to find the schema, in its order; what fails falls to the next (compatibility, 3.5).</summary>
    private ReadRecord ReadAvro(
        ConsumeResult<byte[], byte[]> record, OffsetLedger ledger, RecordHeaders headers, RecordContract contract, byte[] value, bool isLast)
    {
        var hasPrefix = value.Length >= PrefixLength && value[0] == 0;
        string? fault = null;
        SchemaLookup? unknown = null;
        for (var way = 1; way <= 4; way++)
        {
            var (reference, skip) = way switch
            {
                1 when contract.HasIdPrefix && hasPrefix => (Id(contract, BinaryPrimitives.ReadInt32BigEndian(value.AsSpan(1))), PrefixLength),
                2 when _settings.SchemaVersionTruncationEnabled && hasPrefix => (Version(contract, headers), PrefixLength),
                3 => (Version(contract, headers), 0),
                4 when _settings.SchemaIdHeaderEnabled && headers.SchemaId is { } id => (Id(contract, id), 0),
                _ => default,
            };
            if (reference is not { } wanted)
                continue;
            var lookup = _schemas.Find(wanted);
            if (lookup.Schema is { } schema)
            {
                var avro = value.AsMemory(skip);
                try
                {
                    var unwrapped = AvroEnvelope.Unwrap(schema.Schema, avro, asJson: !contract.DeliversAvro);
                    return ReadRecord.Of(ToMessage(record, ledger, headers, unwrapped, schema, avro, contract.DeliversAvro));
                }
                catch (AvroException e)
                {
                    fault = $"By {wanted}: {e.Message}";
                    continue;
                }
            }
            unknown ??= lookup;
            // Not known to be absent: what the registry is yet to say comes before what the next way would make of the same bytes.
            if (!lookup.IsAbsent && !isLast)
                return ReadRecord.Later(lookup);
        }
        if (unknown is not null && !isLast)
            return ReadRecord.Later(unknown);
        return Unreadable(record, ledger, headers, fault ?? unknown?.Reason ?? NoSchema(headers));
    }

    /// <summary>A record that could not be read at all.</summary>
    internal ReadRecord Unreadable(ConsumeResult<byte[], byte[]> record, OffsetLedger ledger, string fault) =>
        Unreadable(record, ledger, new(headers: null, _settings), fault);

    private static ReadRecord Unreadable(ConsumeResult<byte[], byte[]> record, OffsetLedger ledger, RecordHeaders headers, string fault) =>
        ReadRecord.Of(ToMessage(record, ledger, headers, new(record.Message.Value, null, null, []), null, default, false, fault));

    private static SchemaReference? Version(RecordContract contract, RecordHeaders headers) =>
        headers.SchemaVersion is { } version ? new SchemaReference(contract.Subject, version, IsId: false) : null;

    private static SchemaReference? Id(RecordContract contract, int id) => new SchemaReference(contract.Subject, id, IsId: true);

    private string NoSchema(RecordHeaders headers) => headers.SchemaId is null
        ? $"The topic holds Avro, and the record tells no schema: it has no header {_settings.SchemaVersionHeader}."
        : $"The record tells its schema by the header {_settings.SchemaIdHeader} alone, which is not heeded here (Records:SchemaIdHeaderEnabled).";

    private static Message ToMessage(
        ConsumeResult<byte[], byte[]> record, OffsetLedger ledger, RecordHeaders headers, Unwrapped unwrapped, CompiledSchema? schema,
        ReadOnlyMemory<byte> avro, bool isAvro, string? fault = null)
    {
        var id = headers.Id ?? unwrapped.Id ?? "";
        return new()
        {
            Id = id,
            KafkaTopic = ledger.Topic,
            Partition = ledger.Partition,
            Offset = record.Offset.Value,
            Epoch = ledger.Epoch,
            Key = record.Message.Key,
            Record = record.Message,
            Body = unwrapped.Body,
            Schema = schema,
            Avro = avro,
            IsAvro = isAvro,
            Fault = fault,
            PublishedMs = headers.PublishedMs ?? record.Message.Timestamp.UnixTimestampMs,
            ReachedBefore = ledger.ReachedBefore(record.Offset.Value),
            ExternalMetadata = headers.ExternalMetadata(id, unwrapped),
        };
    }
}
