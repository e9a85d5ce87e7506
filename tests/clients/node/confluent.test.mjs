// @confluentinc/schemaregistry: client API, serializers of all three formats, field encryption.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'

import { create, createMutableRegistry } from '@bufbuild/protobuf'
import { TimestampSchema } from '@bufbuild/protobuf/wkt'
import sr from '@confluentinc/schemaregistry'

const url = process.env.CHANCERY_URL ?? 'http://127.0.0.1:8081'
const client = () => sr.SchemaRegistryClient.newClient({ baseURLs: [url] })
const fresh = (name) => `${name}-${randomUUID().slice(0, 8)}`
const user = (...more) =>
  JSON.stringify({ type: 'record', name: 'User', fields: [{ name: 'name', type: 'string' }, ...more] })
const auto = { autoRegisterSchemas: true }
const latest = { autoRegisterSchemas: false, useLatestVersion: true }

test('client API: register, look up, read, delete', async () => {
  const [registry, subject] = [client(), fresh('node-api')]
  const id = await registry.register(subject, { schema: user() }, false)
  assert.equal(await registry.register(subject, { schema: user() }, true), id)
  assert.equal(await registry.getId(subject, { schema: user() }), id)
  const found = await registry.getLatestSchemaMetadata(subject)
  assert.deepEqual([found.id, found.version, found.subject], [id, 1, subject])
  assert.equal((await registry.getByGuid(found.guid)).schema, found.schema)
  assert.equal((await registry.getBySubjectAndId('', id)).schema, found.schema)
  assert.equal((await registry.getBySubjectAndId('no-such-subject', id)).schema, found.schema)
  assert.deepEqual(await registry.getAllVersions(subject), [1])
  assert.ok((await registry.getAllSubjects()).includes(subject))
  assert.deepEqual(await registry.deleteSubject(subject), [1])
  assert.deepEqual(await registry.deleteSubject(subject, true), [1])
})

test('compatibility and config', async () => {
  const [registry, subject] = [client(), fresh('node-compat')]
  await registry.register(subject, { schema: user() })
  assert.equal(await registry.testSubjectCompatibility(subject, { schema: user({ name: 'age', type: 'int' }) }), false)
  await registry.updateCompatibility(subject, 'FULL')
  assert.equal(await registry.getCompatibility(subject), 'FULL')
  const config = await registry.updateConfig(subject, { normalize: true, compatibility: 'NONE' })
  assert.equal(config.normalize, true)
  await assert.rejects(
    registry.register(subject, { schema: '{"type":"nope"}' }),
    (error) => error.status === 422 && error.errorCode === 42201
  )
})

test('associations: a topic without any falls back to its name', async () => {
  assert.deepEqual(await client().getAssociationsByResourceName(fresh('t'), '-', 'topic', ['value'], null, 0, -1), [])
})

test('Avro round trip', async () => {
  const topic = fresh('node-avro')
  const data = await new sr.AvroSerializer(client(), sr.SerdeType.VALUE, latest)
    .serialize(topic, { name: 'Ada' })
    .catch((error) => error)
  assert.ok(data instanceof Error, 'nothing is registered yet')
  await client().register(`${topic}-value`, { schema: user(), schemaType: 'AVRO' })
  const bytes = await new sr.AvroSerializer(client(), sr.SerdeType.VALUE, latest).serialize(topic, { name: 'Ada' })
  const read = await new sr.AvroDeserializer(client(), sr.SerdeType.VALUE, {}).deserialize(topic, bytes)
  assert.equal(read.name, 'Ada')
})

test('JSON Schema round trip', async () => {
  const topic = fresh('node-json')
  const schema = JSON.stringify({ type: 'object', properties: { name: { type: 'string' } }, required: ['name'] })
  await client().register(`${topic}-value`, { schema, schemaType: 'JSON' })
  const bytes = await new sr.JsonSerializer(client(), sr.SerdeType.VALUE, { ...latest, validate: true }).serialize(
    topic,
    { name: 'Ada' }
  )
  const read = await new sr.JsonDeserializer(client(), sr.SerdeType.VALUE, {}).deserialize(topic, bytes)
  assert.deepEqual(read, { name: 'Ada' })
})

test('Protobuf round trip with automatic registration', async () => {
  const topic = fresh('node-proto')
  const registry = createMutableRegistry(TimestampSchema)
  const serializer = new sr.ProtobufSerializer(client(), sr.SerdeType.VALUE, { ...auto, registry })
  const bytes = await serializer.serialize(topic, create(TimestampSchema, { seconds: 42n }))
  const read = await new sr.ProtobufDeserializer(client(), sr.SerdeType.VALUE, {}).deserialize(topic, bytes)
  assert.equal(read.seconds, 42n)
})

test('fields tagged PII are encrypted and decrypted', async () => {
  sr.FieldEncryptionExecutor.register()
  sr.LocalKmsDriver.register()
  const topic = fresh('node-encrypt')
  const schema = JSON.stringify({
    type: 'record',
    name: 'User',
    fields: [{ name: 'name', type: 'string', 'confluent:tags': ['PII'] }]
  })
  const params = { 'encrypt.kek.name': fresh('kek'), 'encrypt.kms.type': 'local-kms', 'encrypt.kms.key.id': 'k' }
  const rule = { name: 'hide', kind: 'TRANSFORM', mode: sr.RuleMode.WRITEREAD, type: 'ENCRYPT', tags: ['PII'], params }
  await client().register(`${topic}-value`, { schema, schemaType: 'AVRO', ruleSet: { domainRules: [rule] } })
  const conf = { ...latest, ruleConfig: { secret: 'local secret' } }
  const bytes = await new sr.AvroSerializer(client(), sr.SerdeType.VALUE, conf).serialize(topic, { name: 'Adalove' })
  assert.ok(!bytes.includes('Adalove'))
  const read = await new sr.AvroDeserializer(client(), sr.SerdeType.VALUE, conf).deserialize(topic, bytes)
  assert.equal(read.name, 'Adalove')
})
