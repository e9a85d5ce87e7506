// @kafkajs/confluent-schema-registry: register, encode and decode all three formats.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'

import kafkajs from '@kafkajs/confluent-schema-registry'

const { SchemaRegistry, SchemaType, COMPATIBILITY } = kafkajs
const registry = () => new SchemaRegistry({ host: process.env.CHANCERY_URL ?? 'http://127.0.0.1:8081' })
const fresh = (name) => `${name}-${randomUUID().slice(0, 8)}`

const cases = [
  [
    SchemaType.AVRO,
    JSON.stringify({ type: 'record', name: 'User', namespace: 'shop', fields: [{ name: 'name', type: 'string' }] })
  ],
  [SchemaType.JSON, JSON.stringify({ type: 'object', properties: { name: { type: 'string' } } })],
  [SchemaType.PROTOBUF, 'syntax = "proto3";\npackage shop;\nmessage User {\n  string name = 1;\n}\n']
]

for (const [type, schema] of cases) {
  test(`${type}: register, encode, decode`, async () => {
    const subject = fresh(`kafkajs-${type.toLowerCase()}`)
    const { id } = await registry().register({ type, schema }, { subject })
    assert.equal((await registry().register({ type, schema }, { subject })).id, id)
    const bytes = await registry().encode(id, { name: 'Ada' })
    assert.equal((await registry().decode(bytes)).name, 'Ada')
    assert.equal(await registry().getLatestSchemaId(subject), id)
    assert.equal(await registry().getRegistryId(subject, 1), id)
    assert.equal(await registry().getRegistryIdBySchema(subject, { type, schema }), id)
  })
}

test('the level given at registration is set, and another one is refused', async () => {
  const subject = fresh('kafkajs-level')
  const schema = { type: SchemaType.AVRO, schema: cases[0][1] }
  await registry().register(schema, { subject, compatibility: COMPATIBILITY.FULL })
  await registry().register(schema, { subject, compatibility: COMPATIBILITY.FULL })
  await assert.rejects(registry().register(schema, { subject, compatibility: COMPATIBILITY.NONE }))
})
