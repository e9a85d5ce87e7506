// Package clients drives a started registry with the Go clients: confluent-kafka-go and franz-go.
package clients

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/avrov2"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/jsonschema"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/protobuf"
	"github.com/twmb/franz-go/pkg/sr"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const user = `{"type":"record","name":"User","fields":[{"name":"name","type":"string"}]}`
const userWithAge = `{"type":"record","name":"User","fields":[{"name":"name","type":"string"},{"name":"age","type":"int"}]}`

type User struct {
	Name string `avro:"name" json:"name"`
}

func url() string {
	if set := os.Getenv("CHANCERY_URL"); set != "" {
		return set
	}
	return "http://127.0.0.1:8081"
}

func fresh(name string) string {
	return fmt.Sprintf("%s-%d", name, time.Now().UnixNano())
}

func confluent(t *testing.T) schemaregistry.Client {
	t.Helper()
	client, err := schemaregistry.NewClient(schemaregistry.NewConfig(url()))
	must(t, err)
	return client
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, found, expected T) {
	t.Helper()
	if found != expected {
		t.Fatalf("expected %v, found %v", expected, found)
	}
}

func TestConfluentClientAPI(t *testing.T) {
	client, subject := confluent(t), fresh("go-api")
	id, err := client.Register(subject, schemaregistry.SchemaInfo{Schema: user}, false)
	must(t, err)
	again, err := confluent(t).Register(subject, schemaregistry.SchemaInfo{Schema: user}, true)
	must(t, err)
	equal(t, again, id)
	info, err := confluent(t).GetBySubjectAndID(subject, id)
	must(t, err)
	equal(t, info.Schema, user)
	latest, err := client.GetLatestSchemaMetadata(subject)
	must(t, err)
	equal(t, latest.Version, 1)
	compatible, err := client.TestSubjectCompatibility(subject, schemaregistry.SchemaInfo{Schema: userWithAge})
	must(t, err)
	equal(t, compatible, false)
	_, err = client.UpdateCompatibility(subject, schemaregistry.Full)
	must(t, err)
	level, err := client.GetCompatibility(subject)
	must(t, err)
	equal(t, level, schemaregistry.Full)
	_, err = client.Register(subject, schemaregistry.SchemaInfo{Schema: userWithAge}, false)
	if err == nil || !strings.Contains(err.Error(), "incompatible") {
		t.Fatalf("expected a refusal, got %v", err)
	}
	versions, err := client.DeleteSubject(subject, false)
	must(t, err)
	equal(t, len(versions), 1)
}

func TestConfluentAvro(t *testing.T) {
	client, topic := confluent(t), fresh("go-avro")
	config := avrov2.NewSerializerConfig()
	serializer, err := avrov2.NewSerializer(client, serde.ValueSerde, config)
	must(t, err)
	data, err := serializer.Serialize(topic, &User{Name: "Ada"})
	must(t, err)
	deserializer, err := avrov2.NewDeserializer(confluent(t), serde.ValueSerde, avrov2.NewDeserializerConfig())
	must(t, err)
	var read User
	must(t, deserializer.DeserializeInto(topic, data, &read))
	equal(t, read.Name, "Ada")
}

func TestConfluentJSON(t *testing.T) {
	client, topic := confluent(t), fresh("go-json")
	serializer, err := jsonschema.NewSerializer(client, serde.ValueSerde, jsonschema.NewSerializerConfig())
	must(t, err)
	data, err := serializer.Serialize(topic, &User{Name: "Ada"})
	must(t, err)
	deserializer, err := jsonschema.NewDeserializer(confluent(t), serde.ValueSerde, jsonschema.NewDeserializerConfig())
	must(t, err)
	var read User
	must(t, deserializer.DeserializeInto(topic, data, &read))
	equal(t, read.Name, "Ada")
}

func TestConfluentProtobuf(t *testing.T) {
	client, topic := confluent(t), fresh("go-proto")
	serializer, err := protobuf.NewSerializer(client, serde.ValueSerde, protobuf.NewSerializerConfig())
	must(t, err)
	data, err := serializer.Serialize(topic, &timestamppb.Timestamp{Seconds: 42})
	must(t, err)
	deserializer, err := protobuf.NewDeserializer(confluent(t), serde.ValueSerde, protobuf.NewDeserializerConfig())
	must(t, err)
	var read timestamppb.Timestamp
	must(t, deserializer.DeserializeInto(topic, data, &read))
	equal(t, read.Seconds, 42)
}

func TestFranz(t *testing.T) {
	ctx := context.Background()
	client, err := sr.NewClient(sr.URLs(url()))
	must(t, err)
	subject := fresh("franz")
	created, err := client.CreateSchema(ctx, subject, sr.Schema{Schema: user})
	must(t, err)
	equal(t, created.Version, 1)
	found, err := client.SchemaByVersion(ctx, subject, -1)
	must(t, err)
	equal(t, found.ID, created.ID)
	text, err := client.SchemaByID(ctx, created.ID)
	must(t, err)
	equal(t, text.Schema, user)
	uses, err := client.SchemaVersionsByID(ctx, created.ID)
	must(t, err)
	equal(t, len(uses) > 0, true)
	types, err := client.SupportedTypes(ctx)
	must(t, err)
	equal(t, len(types), 3)
	checked, err := client.CheckCompatibility(sr.WithParams(ctx, sr.Verbose), subject, -1, sr.Schema{Schema: userWithAge})
	must(t, err)
	equal(t, checked.Is, false)
	equal(t, len(checked.Messages) > 0, true)
	for _, result := range client.SetCompatibility(ctx, sr.SetCompatibility{Level: sr.CompatFull}, subject) {
		must(t, result.Err)
	}
	for _, result := range client.Compatibility(ctx, subject) {
		must(t, result.Err)
		equal(t, result.Level, sr.CompatFull)
	}
	for _, result := range client.Mode(ctx) {
		must(t, result.Err)
		equal(t, result.Mode, sr.ModeReadWrite)
	}
	deleted, err := client.DeleteSubject(ctx, subject, sr.SoftDelete)
	must(t, err)
	equal(t, len(deleted), 1)
}
