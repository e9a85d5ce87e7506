"""confluent-kafka for Python: the client API, and the serializers of all three formats."""

import base64
import json
import sys

from confluent_kafka.schema_registry import (
    ConfigCompatibilityLevel,
    Metadata,
    MetadataProperties,
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    ServerConfig,
    header_schema_id_serializer,
    record_subject_name_strategy,
    topic_record_subject_name_strategy,
    topic_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.common.schema_registry_client import (
    AssociationCreateOrUpdateInfo,
    AssociationCreateOrUpdateRequest,
)
from confluent_kafka.schema_registry.common.serde import SubjectNameStrategyType
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.type import interval_pb2

from harness import URL, equal, fresh, refused, run

USER = json.dumps(
    {
        "type": "record",
        "name": "User",
        "namespace": "com.example",
        "fields": [{"name": "name", "type": "string"}, {"name": "age", "type": "int"}],
    }
)
USER_WITH_EMAIL = json.dumps(
    {
        "type": "record",
        "name": "User",
        "namespace": "com.example",
        "fields": [
            {"name": "name", "type": "string"},
            {"name": "age", "type": "int"},
            {"name": "email", "type": ["null", "string"], "default": None},
        ],
    }
)
USER_BROKEN = json.dumps(
    {
        "type": "record",
        "name": "User",
        "namespace": "com.example",
        "fields": [{"name": "name", "type": "string"}, {"name": "age", "type": "int"}, {"name": "x", "type": "int"}],
    }
)
PERSON = json.dumps(
    {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Person",
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name"],
    }
)


def client():
    return SchemaRegistryClient({"url": URL})


def value_of(topic, headers=None):
    return SerializationContext(topic, MessageField.VALUE, headers)


# --- client API


def check_register_lookup_and_read():
    registry, subject = client(), fresh("py-api")
    schema = Schema(USER, "AVRO")
    full = registry.register_schema_full_response(subject, schema)
    equal(registry.register_schema(subject, schema), full.schema_id)
    found = registry.lookup_schema(subject, schema)
    equal((found.schema_id, found.version, found.subject), (full.schema_id, 1, subject))
    latest = registry.get_latest_version(subject)
    equal((latest.version, latest.schema_id), (1, full.schema_id))
    equal(json.loads(registry.get_schema(full.schema_id).schema_str), json.loads(USER))
    equal(registry.get_schema_by_guid(full.guid).schema_str, latest.schema.schema_str)
    equal(registry.get_versions(subject), [1])
    assert subject in registry.get_subjects()
    assert subject in registry.get_subjects_by_schema_id(full.schema_id)
    assert any(v.subject == subject for v in registry.get_schema_versions(full.schema_id))
    equal(sorted(registry.get_schema_types()), ["AVRO", "JSON", "PROTOBUF"])
    assert "." in registry.get_contexts()


def check_normalized_registration():
    registry, subject = client(), fresh("py-normalize")
    one = Schema('{"type":"record","name":"N","fields":[{"name":"a","type":"int","z":1,"b":2}]}', "AVRO")
    two = Schema('{"type":"record","name":"N","fields":[{"name":"a","type":"int","b":2,"z":1}]}', "AVRO")
    first = registry.register_schema(subject, one, normalize_schemas=True)
    equal(registry.register_schema(subject, two, normalize_schemas=True), first)
    equal(registry.lookup_schema(subject, two, normalize_schemas=True).version, 1)


def check_missing_things_have_their_codes():
    registry, subject = client(), fresh("py-missing")
    refused(lambda: registry.get_latest_version(subject), 404, 40401)
    refused(lambda: registry.get_schema(2000000000), 404, 40403)
    registry.register_schema(subject, Schema(USER, "AVRO"))
    refused(lambda: registry.get_version(subject, 9), 404, 40402)
    refused(lambda: registry.lookup_schema(subject, Schema('"long"', "AVRO")), 404, 40403)
    refused(lambda: registry.register_schema(subject, Schema('{"type":"nope"}', "AVRO")), 422, 42201)


def check_incompatible_schema_is_refused():
    registry, subject = client(), fresh("py-compat")
    registry.register_schema(subject, Schema(USER, "AVRO"))
    assert registry.test_compatibility(subject, Schema(USER_WITH_EMAIL, "AVRO"))
    assert not registry.test_compatibility(subject, Schema(USER_BROKEN, "AVRO"))
    assert registry.test_compatibility_all_versions(subject, Schema(USER_WITH_EMAIL, "AVRO"))
    error = refused(lambda: registry.register_schema(subject, Schema(USER_BROKEN, "AVRO")), 409, 40901)
    assert "READER_FIELD_MISSING_DEFAULT_VALUE" in str(error)


def check_config_and_mode():
    registry, subject = client(), fresh("py-config")
    registry.set_compatibility(subject, "FULL")
    equal(registry.get_compatibility(subject), "FULL")
    registry.set_config(subject, ServerConfig(compatibility=ConfigCompatibilityLevel.NONE, compatibility_group="major"))
    equal(registry.get_config(subject).compatibility_group, "major")
    registry.delete_config(subject)
    refused(lambda: registry.get_config(subject), 404, 40408)
    registry.register_schema(subject, Schema(USER, "AVRO"))
    registry.update_mode(subject, "READONLY")
    equal(registry.get_mode(subject), "READONLY")
    refused(lambda: registry.register_schema(subject, Schema(USER_WITH_EMAIL, "AVRO")), 422, 42205)
    registry.delete_mode(subject)
    equal(registry.get_global_mode(), "READWRITE")


def check_delete_life_cycle():
    registry, subject = client(), fresh("py-delete")
    registry.register_schema(subject, Schema(USER, "AVRO"))
    registry.register_schema(subject, Schema(USER_WITH_EMAIL, "AVRO"))
    equal(registry.delete_version(subject, 1), 1)
    refused(lambda: registry.delete_version(subject, 1), 404, 40406)
    equal(registry.delete_version(subject, 1, permanent=True), 1)
    equal(registry.delete_subject(subject), [2])
    assert subject not in registry.get_subjects()
    assert subject in registry.get_subjects(deleted=True)
    equal(registry.delete_subject(subject, permanent=True), [2])
    refused(lambda: registry.get_versions(subject), 404, 40401)


def check_names_that_need_encoding():
    registry = client()
    for name in ["a/b c", "plus+sign", "100%", "ünïcode", "colon:inside", "q?x=1&y#z"]:
        subject = fresh(name)
        registry.register_schema(subject, Schema('"string"', "AVRO"))
        equal(registry.get_latest_version(subject).subject, subject)
        equal(registry.delete_subject(subject), [1])


def check_subjects_in_contexts():
    registry, name = client(), fresh("py-context")
    subject = ":.pyctx:" + name
    identifier = registry.register_schema(subject, Schema(USER, "AVRO"))
    equal(registry.get_latest_version(subject).subject, subject)
    equal(json.loads(registry.get_schema(identifier, subject_name=subject).schema_str), json.loads(USER))
    assert ".pyctx" in registry.get_contexts()


def check_latest_with_metadata():
    registry, subject = client(), fresh("py-metadata")
    owned = Schema(USER, "AVRO", metadata=Metadata(None, MetadataProperties({"owner": "billing"}), None))
    registry.register_schema(subject, owned)
    found = registry.get_latest_with_metadata(subject, {"owner": "billing"})
    equal(found.version, 1)
    equal(found.schema.metadata.properties.properties["owner"], "billing")
    refused(lambda: client().get_latest_with_metadata(subject, {"owner": "nobody"}), 404)


# --- Avro


def check_avro_round_trip():
    registry, topic = client(), fresh("py-avro")
    value = {"name": "Ada", "age": 36}
    data = AvroSerializer(registry, USER)(value, value_of(topic))
    equal(data[0], 0)
    equal(AvroDeserializer(client(), USER)(data, value_of(topic)), value)
    equal(registry.get_latest_version(topic + "-value").version, 1)


def check_avro_header_guid_round_trip():
    registry, topic, headers = client(), fresh("py-avro-guid"), []
    value = {"name": "Ada Lovelace", "age": 36}
    serializer = AvroSerializer(registry, USER, conf={"schema.id.serializer": header_schema_id_serializer})
    data = serializer(value, value_of(topic, headers))
    equal(headers[0][0], "__value_schema_id")
    equal(AvroDeserializer(client(), USER)(data, value_of(topic, headers)), value)


def check_avro_reader_schema_evolution():
    topic, value = fresh("py-avro-evolve"), {"name": "Ada", "age": 36}
    data = AvroSerializer(client(), USER)(value, value_of(topic))
    read = AvroDeserializer(client(), USER_WITH_EMAIL)(data, value_of(topic))
    equal(read, {"name": "Ada", "age": 36, "email": None})


def check_avro_references():
    registry, base = client(), fresh("py-ref")
    address = json.dumps(
        {"type": "record", "name": "Address", "namespace": "com.example", "fields": [{"name": "zip", "type": "string"}]}
    )
    registry.register_schema(base, Schema(address, "AVRO"))
    customer = Schema(
        json.dumps(
            {
                "type": "record",
                "name": "Customer",
                "namespace": "com.example",
                "fields": [{"name": "home", "type": "com.example.Address"}],
            }
        ),
        "AVRO",
        [SchemaReference("com.example.Address", base, 1)],
    )
    topic = fresh("py-avro-ref")
    data = AvroSerializer(registry, customer)({"home": {"zip": "8000"}}, value_of(topic))
    equal(AvroDeserializer(client(), customer)(data, value_of(topic)), {"home": {"zip": "8000"}})
    identifier = registry.get_latest_version(topic + "-value").schema_id
    equal(registry.get_referenced_by(base, 1), [identifier])
    refused(lambda: registry.delete_version(base, 1), 422, 42206)


def check_use_latest_version_without_registration():
    registry, topic = client(), fresh("py-latest")
    registry.register_schema(topic + "-value", Schema(USER, "AVRO"))
    conf = {"auto.register.schemas": False, "use.latest.version": True}
    data = AvroSerializer(client(), None, conf=conf)({"name": "Ada", "age": 1}, value_of(topic))
    equal(AvroDeserializer(client())(data, value_of(topic)), {"name": "Ada", "age": 1})


def check_lookup_without_registration():
    registry, topic = client(), fresh("py-lookup")
    conf = {"auto.register.schemas": False}
    serializer = AvroSerializer(client(), USER, conf=conf)
    refused(lambda: serializer({"name": "Ada", "age": 1}, value_of(topic)), 404)
    registry.register_schema(topic + "-value", Schema(USER, "AVRO"))
    data = AvroSerializer(client(), USER, conf=conf)({"name": "Ada", "age": 1}, value_of(topic))
    equal(data[0], 0)


def check_use_schema_id():
    registry, topic = client(), fresh("py-schema-id")
    identifier = registry.register_schema(topic + "-value", Schema(USER, "AVRO"))
    conf = {"auto.register.schemas": False, "use.schema.id": identifier}
    data = AvroSerializer(client(), None, conf=conf)({"name": "Ada", "age": 1}, value_of(topic))
    equal(int.from_bytes(data[1:5], "big"), identifier)


def check_subject_name_strategies():
    registry = client()
    topic = fresh("py-strategy")
    cases = [
        ({"subject.name.strategy": topic_subject_name_strategy}, topic + "-value"),
        ({"subject.name.strategy": record_subject_name_strategy}, "com.example.User"),
        ({"subject.name.strategy": topic_record_subject_name_strategy}, topic + "-com.example.User"),
        ({"subject.name.strategy.type": SubjectNameStrategyType.TOPIC}, topic + "-value"),
        # No association is known for the topic: the strategy falls back to the topic's name.
        ({"subject.name.strategy.type": SubjectNameStrategyType.ASSOCIATED}, topic + "-value"),
    ]
    for conf, subject in cases:
        AvroSerializer(client(), USER, conf=conf)({"name": "Ada", "age": 1}, value_of(topic))
        equal(registry.get_latest_version(subject).subject, subject)


def check_associated_subject():
    registry, topic, subject = client(), fresh("py-bound"), fresh("com.example.User")
    info = AssociationCreateOrUpdateInfo(
        subject=subject, association_type="value", lifecycle="STRONG", schema=Schema(USER, "AVRO")
    )
    created = registry.create_association(
        AssociationCreateOrUpdateRequest(
            resource_name=topic,
            resource_namespace="cluster",
            resource_id=topic + "-id",
            resource_type="topic",
            associations=[info],
        )
    )
    equal([(one.subject, one.lifecycle, one.frozen) for one in created.associations], [(subject, "STRONG", False)])
    equal(created.associations[0].schema.schema_type, "AVRO")

    for cluster in ({}, {"subject.name.strategy.kafka.cluster.id": "cluster"}):
        conf = {
            "auto.register.schemas": False,
            "subject.name.strategy.type": SubjectNameStrategyType.ASSOCIATED,
            "subject.name.strategy.conf": {"subject.name.strategy.fallback.type": "NONE", **cluster},
        }
        data = AvroSerializer(client(), USER, conf=conf)({"name": "Ada", "age": 1}, value_of(topic))
        equal(int.from_bytes(data[1:5], "big"), registry.get_latest_version(subject).schema_id)
    assert topic + "-value" not in registry.get_subjects()

    refused(lambda: registry.delete_subject(subject), 409, 40904)
    registry.delete_associations(topic + "-id", "topic", ["value"], cascade_lifecycle=True)
    equal(registry.get_associations_by_resource_name(topic, "-", "topic", ["value"]), [])
    assert subject not in registry.get_subjects()
    refused(lambda: registry.delete_associations(topic + "-id"), 404, 40410)


# --- JSON Schema


def check_json_round_trip():
    topic, value = fresh("py-json"), {"name": "Ada", "age": 36}
    data = JSONSerializer(PERSON, client())(value, value_of(topic))
    equal(JSONDeserializer(PERSON, schema_registry_client=client())(data, value_of(topic)), value)


def check_json_references():
    registry, base = client(), fresh("py-json-ref")
    registry.register_schema(base, Schema(PERSON, "JSON"))
    team = Schema(
        json.dumps({"title": "Team", "type": "object", "properties": {"lead": {"$ref": "person.json"}}}),
        "JSON",
        [SchemaReference("person.json", base, 1)],
    )
    topic, value = fresh("py-json-team"), {"lead": {"name": "Ada"}}
    data = JSONSerializer(team, registry)(value, value_of(topic))
    equal(JSONDeserializer(team, schema_registry_client=client())(data, value_of(topic)), value)


def check_json_latest_version():
    registry, topic = client(), fresh("py-json-latest")
    registry.register_schema(topic + "-value", Schema(PERSON, "JSON"))
    conf = {"auto.register.schemas": False, "use.latest.version": True}
    data = JSONSerializer(None, client(), conf=conf)({"name": "Ada"}, value_of(topic))
    equal(JSONDeserializer(None, schema_registry_client=client())(data, value_of(topic)), {"name": "Ada"})


# --- Protobuf


def check_protobuf_well_known_imports():
    topic = fresh("py-proto-interval")
    value = interval_pb2.Interval()
    value.start_time.seconds = 1700000000
    data = ProtobufSerializer(interval_pb2.Interval, client())(value, value_of(topic))
    equal(ProtobufDeserializer(interval_pb2.Interval, schema_registry_client=client())(data, value_of(topic)), value)


def own_messages(prefix):
    """Two files, one importing the other, built at run time; the second message is nested."""
    pool = descriptor_pool.Default()
    base = descriptor_pb2.FileDescriptorProto(name=prefix + "/base.proto", package=prefix, syntax="proto3")
    field = descriptor_pb2.FieldDescriptorProto
    part = base.message_type.add(name="Part")
    part.field.add(name="sku", number=1, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    main = descriptor_pb2.FileDescriptorProto(name=prefix + "/main.proto", package=prefix, syntax="proto3")
    main.dependency.append(base.name)
    main.message_type.add(name="First").field.add(
        name="n", number=1, type=field.TYPE_INT64, label=field.LABEL_OPTIONAL
    )
    box = main.message_type.add(name="Box")
    box.field.add(
        name="parts", number=1, type=field.TYPE_MESSAGE, type_name=".%s.Part" % prefix, label=field.LABEL_REPEATED
    )
    box.nested_type.add(name="Lid").field.add(
        name="colour", number=1, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL
    )
    for file in (base, main):
        pool.AddSerializedFile(file.SerializeToString())
    classes = [pool.FindMessageTypeByName(prefix + name) for name in (".Box", ".Box.Lid")]
    return [message_factory.GetMessageClass(one) for one in classes]


def check_protobuf_imports_become_references():
    prefix = fresh("pkg").replace("-", "_")
    box_class, lid_class = own_messages(prefix)
    topic, registry = fresh("py-proto-refs"), client()
    box = box_class()
    box.parts.add(sku="a-1")
    data = ProtobufSerializer(box_class, registry)(box, value_of(topic))
    equal(data[5:7], b"\x02\x02")  # the second message of the file
    equal(ProtobufDeserializer(box_class, schema_registry_client=client())(data, value_of(topic)), box)
    latest = registry.get_latest_version(topic + "-value")
    equal([one.name for one in latest.schema.references], [prefix + "/base.proto"])
    lid = lid_class(colour="red")
    nested_topic = fresh("py-proto-nested")
    data = ProtobufSerializer(lid_class, client())(lid, value_of(nested_topic))
    equal(data[5:8], b"\x04\x02\x00")
    equal(ProtobufDeserializer(lid_class, schema_registry_client=client())(data, value_of(nested_topic)), lid)


def check_protobuf_latest_version_serves_the_serialized_form():
    prefix = fresh("pkg").replace("-", "_")
    box_class, _ = own_messages(prefix)
    topic, registry = fresh("py-proto-latest"), client()
    box = box_class()
    box.parts.add(sku="b-2")
    ProtobufSerializer(box_class, registry)(box, value_of(topic))
    latest = registry.get_latest_version(topic + "-value", fmt="serialized")
    file = descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(latest.schema.schema_str))
    equal([one.name for one in file.message_type], ["First", "Box"])
    equal(list(file.dependency), [prefix + "/base.proto"])


if __name__ == "__main__":
    run(sys.modules[__name__])
