// A Java client of Maven Central, unmodified, against a started server: that of Spring Cloud Stream, which talks to
// a Confluent Schema Registry by hand-written REST calls and reads only what it knows.
//
// Run by scripts/test-clients as a single file: `java -cp … ClientSuite.java http://127.0.0.1:8081`.

import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.cloud.stream.schema.registry.SchemaNotFoundException;
import org.springframework.cloud.stream.schema.registry.SchemaReference;
import org.springframework.cloud.stream.schema.registry.avro.AvroSchemaRegistryClientMessageConverter;
import org.springframework.cloud.stream.schema.registry.avro.AvroSchemaServiceManagerImpl;
import org.springframework.cloud.stream.schema.registry.client.ConfluentSchemaRegistryClient;
import org.springframework.messaging.MessageHeaders;
import org.springframework.util.MimeType;
import org.springframework.web.client.HttpStatusCodeException;

public final class ClientSuite {
    private static final String V1 = record("""
        {"name": "id", "type": "long"}""");
    private static final String V2 = record("""
        {"name": "id", "type": "long"}, {"name": "note", "type": "string", "default": ""}""");
    private static final String BREAKING = record("""
        {"name": "id", "type": "long"}, {"name": "needed", "type": "string"}""");

    private static int checks = 0;

    public static void main(String[] arguments) throws IOException {
        var client = new ConfluentSchemaRegistryClient();
        client.setEndpoint(arguments[0]);
        // Subjects of this run only: other suites talk to the same server.
        var run = UUID.randomUUID().toString().substring(0, 8);
        registersAndFetches(client, "java-" + run);
        refusals(client, "java-refused-" + run);
        messages(client, "java-message-" + run);
        System.out.println("Java, spring-cloud-stream-schema-registry-client: " + checks + " checks passed");
    }

    private static void registersAndFetches(ConfluentSchemaRegistryClient client, String subject) {
        var first = client.register(subject, "avro", V1);
        check("a first version", first.getSchemaReference().getVersion(), 1);
        check("its subject", first.getSchemaReference().getSubject(), subject);
        var again = client.register(subject, "avro", V1);
        check("a repeated registration has the same id", again.getId(), first.getId());
        check("and version", again.getSchemaReference().getVersion(), 1);
        var elsewhere = client.register(subject + "-elsewhere", "avro", V1);
        check("one content has one id", elsewhere.getId(), first.getId());
        var second = client.register(subject, "avro", V2);
        check("a compatible change is the next version", second.getSchemaReference().getVersion(), 2);
        check("under another id", second.getId() != first.getId(), true);
        check("by id", parse(client.fetch(first.getId())), parse(V1));
        check("by version", parse(client.fetch(new SchemaReference(subject, 2, "avro"))), parse(V2));
    }

    private static void refusals(ConfluentSchemaRegistryClient client, String subject) {
        client.register(subject, "avro", V1);
        try {
            client.register(subject, "avro", BREAKING);
            throw new AssertionError("an incompatible change was registered");
        } catch (RuntimeException refused) {
            check("an incompatible change is a conflict", status(refused), 409);
        }
        for (Runnable question : new Runnable[] {
            () -> client.fetch(Integer.MAX_VALUE), () -> client.fetch(new SchemaReference(subject, 9, "avro"))
        }) {
            try {
                question.run();
                throw new AssertionError("what is not there was found");
            } catch (SchemaNotFoundException expected) {
                checks++;
            }
        }
    }

    /** Subject and version of the schema travel in the content type of a message; its reader asks for them. */
    private static void messages(ConfluentSchemaRegistryClient client, String subject) throws IOException {
        var converter = new AvroSchemaRegistryClientMessageConverter(
            client, new ConcurrentMapCacheManager(), new AvroSchemaServiceManagerImpl());
        converter.setDynamicSchemaGenerationEnabled(true);
        converter.setSubjectNamingStrategy((prefix, schema) -> subject);
        converter.afterPropertiesSet();
        var order = new GenericData.Record(parse(V1));
        order.put("id", 7L);
        var type = new MimeType("application", "*+avro");
        var sent = converter.toMessage(order, new MessageHeaders(Map.of("contentType", type)), type);
        var named = String.valueOf(sent.getHeaders().get("contentType"));
        var found = Pattern.compile("vnd\\.(.+)\\.v(\\d+)\\+avro").matcher(named);
        check("the content type names a schema", found.find(), true);
        check("its subject", found.group(1), subject);
        var reference = new SchemaReference(found.group(1), Integer.parseInt(found.group(2)), "avro");
        var schema = parse(client.fetch(reference));
        var decoder = DecoderFactory.get().binaryDecoder((byte[]) sent.getPayload(), null);
        check("what was sent", new GenericDatumReader<GenericRecord>(schema).read(null, decoder).get("id"), 7L);
    }

    private static String record(String fields) {
        return "{\"type\": \"record\", \"name\": \"Order\", \"namespace\": \"shop\", \"fields\": [" + fields + "]}";
    }

    private static Schema parse(String text) {
        return new Schema.Parser().parse(text);
    }

    /** The HTTP status behind an exception. */
    private static int status(Throwable thrown) {
        for (var cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpStatusCodeException http) {
                return http.getStatusCode().value();
            }
        }
        throw new AssertionError("no HTTP status in " + thrown, thrown);
    }

    private static void check(String what, Object found, Object expected) {
        if (!expected.equals(found)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
        checks++;
    }
}
