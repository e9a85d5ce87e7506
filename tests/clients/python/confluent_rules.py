"""confluent-kafka for Python: data contract rules that the registry stores and the client runs."""

import json
import sys

from confluent_kafka.schema_registry import (
    ConfigCompatibilityLevel,
    Metadata,
    MetadataProperties,
    Rule,
    RuleKind,
    RuleMode,
    RuleParams,
    RuleSet,
    Schema,
    SchemaRegistryClient,
    ServerConfig,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.rules.cel.cel_executor import CelExecutor
from confluent_kafka.schema_registry.rules.cel.cel_field_executor import CelFieldExecutor
from confluent_kafka.schema_registry.rules.encryption.encrypt_executor import FieldEncryptionExecutor
from confluent_kafka.schema_registry.rules.encryption.localkms.local_driver import LocalKmsDriver
from confluent_kafka.schema_registry.rules.jsonata.jsonata_executor import JsonataExecutor
from confluent_kafka.serialization import MessageField, SerializationContext

from harness import URL, equal, fresh, run

for executor in (CelExecutor, CelFieldExecutor, JsonataExecutor, LocalKmsDriver):
    executor.register()
FieldEncryptionExecutor.register()

LATEST = {"auto.register.schemas": False, "use.latest.version": True}


def client():
    return SchemaRegistryClient({"url": URL})


def value_of(topic):
    return SerializationContext(topic, MessageField.VALUE)


def rule(name, kind, mode, type_, expr=None, tags=None, params=None):
    return Rule(name, "", kind, mode, type_, tags, RuleParams(params) if params else None, expr, None, None, False)


def user(fields):
    return json.dumps({"type": "record", "name": "User", "namespace": "com.example", "fields": fields})


NAME = {"name": "name", "type": "string"}
SECRET = {"name": "name", "type": "string", "confluent:tags": ["PII"]}


def check_cel_condition():
    topic, registry = fresh("py-cel"), client()
    rules = RuleSet(None, [rule("named", RuleKind.CONDITION, RuleMode.WRITE, "CEL", "message.name != ''")])
    registry.register_schema(topic + "-value", Schema(user([NAME]), "AVRO", [], None, rules))
    serializer = AvroSerializer(client(), None, conf=LATEST)
    serializer({"name": "Ada"}, value_of(topic))
    try:
        serializer({"name": ""}, value_of(topic))
    except Exception as error:
        assert "message.name" in str(error.__cause__), error
    else:
        raise AssertionError("the condition let an empty name pass")


def check_cel_field_transform():
    topic, registry = fresh("py-cel-field"), client()
    shout = rule("shout", RuleKind.TRANSFORM, RuleMode.WRITE, "CEL_FIELD", "value + '!'", ["PII"])
    registry.register_schema(topic + "-value", Schema(user([SECRET]), "AVRO", [], None, RuleSet(None, [shout])))
    data = AvroSerializer(client(), None, conf=LATEST)({"name": "Ada"}, value_of(topic))
    equal(AvroDeserializer(client())(data, value_of(topic)), {"name": "Ada!"})


def check_jsonata_migration():
    topic, registry = fresh("py-jsonata"), client()
    subject = topic + "-value"
    registry.set_config(subject, ServerConfig(compatibility=ConfigCompatibilityLevel.NONE, compatibility_group="major"))
    one = Metadata(None, MetadataProperties({"major": "1"}), None)
    two = Metadata(None, MetadataProperties({"major": "2"}), None)
    registry.register_schema(subject, Schema(user([NAME]), "AVRO", [], one))
    data = AvroSerializer(client(), None, conf=LATEST)({"name": "Ada"}, value_of(topic))
    up = rule("up", RuleKind.TRANSFORM, RuleMode.UPGRADE, "JSONATA", "{'title': name}")
    renamed = user([{"name": "title", "type": "string"}])
    registry.register_schema(subject, Schema(renamed, "AVRO", [], two, RuleSet([up], None)))
    reader = AvroDeserializer(client(), None, conf={"use.latest.version": True})
    equal(reader(data, value_of(topic)), {"title": "Ada"})


def check_field_encryption_with_a_local_kms():
    topic, registry = fresh("py-encrypt"), client()
    params = {"encrypt.kek.name": fresh("kek"), "encrypt.kms.type": "local-kms", "encrypt.kms.key.id": "mykey"}
    hide = rule("hide", RuleKind.TRANSFORM, RuleMode.WRITEREAD, "ENCRYPT", None, ["PII"], params)
    registry.register_schema(topic + "-value", Schema(user([SECRET]), "AVRO", [], None, RuleSet(None, [hide])))
    secret = {"secret": "local secret"}
    data = AvroSerializer(client(), None, conf=LATEST, rule_conf=secret)({"name": "Ada"}, value_of(topic))
    assert b"Ada" not in data
    equal(AvroDeserializer(client(), rule_conf=secret)(data, value_of(topic)), {"name": "Ada"})


if __name__ == "__main__":
    run(sys.modules[__name__])
