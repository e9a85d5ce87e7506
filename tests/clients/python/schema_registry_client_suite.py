"""python-schema-registry-client: another client in Python, with Basic credentials in every request."""

import sys

from schema_registry.client import SchemaRegistryClient, schema
from schema_registry.serializers import AvroMessageSerializer, JsonMessageSerializer

from harness import URL, equal, fresh, run

USER = schema.AvroSchema(
    {"type": "record", "name": "User", "namespace": "com.example", "fields": [{"name": "name", "type": "string"}]}
)
PERSON = schema.JsonSchema({"title": "Person", "type": "object", "properties": {"name": {"type": "string"}}})


def check_register_read_and_delete():
    client, subject = SchemaRegistryClient(url=URL), fresh("psrc")
    identifier = client.register(subject, USER)
    equal(client.register(subject, USER), identifier)
    equal(client.check_version(subject, USER).version, 1)
    equal(client.get_schema(subject).schema_id, identifier)
    equal(client.get_versions(subject), [1])
    assert client.test_compatibility(subject, USER)
    assert subject in client.get_subjects()
    equal(client.delete_subject(subject), [1])


def check_levels():
    client, subject = SchemaRegistryClient(url=URL), fresh("psrc-level")
    equal(client.get_compatibility(), "BACKWARD")
    client.update_compatibility("FULL", subject)
    equal(client.get_compatibility(subject), "FULL")


def check_avro_messages():
    serializer = AvroMessageSerializer(SchemaRegistryClient(url=URL))
    data = serializer.encode_record_with_schema(fresh("psrc-avro"), USER, {"name": "Ada"})
    equal(serializer.decode_message(data), {"name": "Ada"})


def check_json_messages():
    serializer = JsonMessageSerializer(SchemaRegistryClient(url=URL))
    data = serializer.encode_record_with_schema(fresh("psrc-json"), PERSON, {"name": "Ada"})
    equal(serializer.decode_message(data), {"name": "Ada"})


if __name__ == "__main__":
    run(sys.modules[__name__])
