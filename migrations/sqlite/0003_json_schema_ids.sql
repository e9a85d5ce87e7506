-- The `$id` (draft 4: `id`) of a JSON Schema, so that a `dataschema` that is one finds its schema.
ALTER TABLE contents ADD COLUMN json_schema_id TEXT GENERATED ALWAYS AS (
    CASE WHEN schema_type = 'JSON' AND json_valid(text)
         THEN coalesce(json_extract(text, '$."$id"'), json_extract(text, '$.id')) END
) VIRTUAL;
CREATE INDEX contents_by_json_schema_id ON contents (json_schema_id) WHERE json_schema_id IS NOT NULL;
