-- The data as a usual team would model it: normalized tables of what the public sees, with the names and texts that
-- readers of English get. (Re)creates the schema `peers` from the server's own tables; must show the same items in the
-- same order.

SET client_min_messages = warning;
DROP SCHEMA IF EXISTS peers CASCADE;
CREATE SCHEMA peers;

CREATE OR REPLACE FUNCTION pg_temp.preference(locale text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN locale = 'en-CA' THEN 0
        WHEN split_part(locale, '-', 1) = 'en' THEN 1
        WHEN locale = 'fr-CA' THEN 2
        WHEN split_part(locale, '-', 1) = 'fr' THEN 3
        ELSE 4
    END
$$;

CREATE OR REPLACE FUNCTION pg_temp.instant(micros bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT timestamptz '1970-01-01 00:00:00+00' + micros * interval '1 microsecond'
$$;

CREATE OR REPLACE FUNCTION pg_temp.name_of(names text, slug text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce((
        SELECT name ->> 'text' FROM jsonb_array_elements(names::jsonb) WITH ORDINALITY AS listed (name, position)
        ORDER BY pg_temp.preference(name ->> 'locale'), position LIMIT 1
    ), slug)
$$;

CREATE OR REPLACE FUNCTION pg_temp.text_of(texts text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT text FROM jsonb_array_elements(texts::jsonb) WITH ORDINALITY AS listed (text, position)
    ORDER BY pg_temp.preference(text ->> 'locale'), position LIMIT 1
$$;

CREATE OR REPLACE FUNCTION pg_temp.body_of(bodies text, locale text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT body ->> 'body' FROM jsonb_array_elements(bodies::jsonb) WITH ORDINALITY AS listed (body, position)
    ORDER BY (body ->> 'locale' = locale) DESC, position LIMIT 1
$$;

CREATE OR REPLACE FUNCTION pg_temp.keys_of(packed text) RETURNS TABLE (key bigint, place bigint)
LANGUAGE sql IMMUTABLE AS $$
    SELECT key::bigint, place
    FROM unnest(string_to_array(trim(both ',' from packed), ',')) WITH ORDINALITY AS listed (key, place)
$$;

CREATE OR REPLACE TEMPORARY VIEW shown AS
    SELECT * FROM public.content
    WHERE status = 'PUBLISHED' AND visibility = 'PUBLIC'
        AND (expires_at IS NULL OR pg_temp.instant(expires_at) > now())
        AND (published_at IS NULL OR pg_temp.instant(published_at) <= now());

CREATE TABLE peers.organization AS
    SELECT id, 'org_' || public_id AS public_id, slug, name FROM public.organization;
ALTER TABLE peers.organization ADD PRIMARY KEY (id), ADD UNIQUE (public_id), ADD UNIQUE (slug),
    ALTER public_id SET NOT NULL, ALTER slug SET NOT NULL, ALTER name SET NOT NULL;

CREATE TABLE peers.region AS
    SELECT id, 'reg_' || public_id AS public_id, slug, codes::jsonb -> 0 ->> 'value' AS code,
        pg_temp.name_of(names, slug) AS name
    FROM public.region;
ALTER TABLE peers.region ADD PRIMARY KEY (id), ADD UNIQUE (public_id), ADD UNIQUE (slug),
    ALTER public_id SET NOT NULL, ALTER slug SET NOT NULL, ALTER name SET NOT NULL;
CREATE INDEX ON peers.region (code);

CREATE TABLE peers.topic AS
    SELECT id, 'top_' || public_id AS public_id, slug, pg_temp.name_of(names, slug) AS name FROM public.topic;
ALTER TABLE peers.topic ADD PRIMARY KEY (id), ADD UNIQUE (public_id), ADD UNIQUE (slug),
    ALTER public_id SET NOT NULL, ALTER slug SET NOT NULL, ALTER name SET NOT NULL;

CREATE TABLE peers.region_closure (
    ancestor_id bigint NOT NULL REFERENCES peers.region,
    descendant_id bigint NOT NULL REFERENCES peers.region,
    PRIMARY KEY (ancestor_id, descendant_id)
);
INSERT INTO peers.region_closure
    WITH RECURSIVE closure (ancestor, descendant) AS (
        SELECT id, id FROM public.region
        UNION
        SELECT above.key, closure.descendant
        FROM closure JOIN public.region ON region.id = closure.ancestor
            CROSS JOIN LATERAL pg_temp.keys_of(region.parent_ids) above
    )
    SELECT * FROM closure;
CREATE INDEX ON peers.region_closure (descendant_id);

CREATE TABLE peers.topic_closure (
    ancestor_id bigint NOT NULL REFERENCES peers.topic,
    descendant_id bigint NOT NULL REFERENCES peers.topic,
    PRIMARY KEY (ancestor_id, descendant_id)
);
INSERT INTO peers.topic_closure
    WITH RECURSIVE closure (ancestor, descendant) AS (
        SELECT id, id FROM public.topic
        UNION
        SELECT above.key, closure.descendant
        FROM closure JOIN public.topic ON topic.id = closure.ancestor
            CROSS JOIN LATERAL pg_temp.keys_of(topic.broader_ids) above
    )
    SELECT * FROM closure;
CREATE INDEX ON peers.topic_closure (descendant_id);

CREATE TABLE peers.resource (
    id bigint NOT NULL,
    public_id text NOT NULL,
    slug text NOT NULL,
    publisher_id bigint NOT NULL,
    category text NOT NULL,
    title text NOT NULL,
    summary text,
    body text,
    published_at timestamptz NOT NULL
);
INSERT INTO peers.resource
    SELECT c.id, 'res_' || c.public_id, c.slug, c.organization_id, d.category, t.text ->> 'title', t.text ->> 'summary',
        pg_temp.body_of(c.body, t.text ->> 'locale'), pg_temp.instant(c.order_key)
    FROM shown c JOIN public.resource d ON d.content_id = c.id
        CROSS JOIN LATERAL (SELECT pg_temp.text_of(c.texts) OFFSET 0) t (text);
ALTER TABLE peers.resource ADD PRIMARY KEY (id), ADD UNIQUE (public_id), ADD UNIQUE (slug),
    ADD FOREIGN KEY (publisher_id) REFERENCES peers.organization;
CREATE INDEX ON peers.resource (publisher_id);
CREATE INDEX ON peers.resource (published_at DESC, id DESC);

CREATE TABLE peers.resource_text (
    resource_id bigint NOT NULL,
    position smallint NOT NULL,
    locale text NOT NULL,
    title text NOT NULL,
    summary text
);
INSERT INTO peers.resource_text
    SELECT c.id, t.position, t.text ->> 'locale', t.text ->> 'title', t.text ->> 'summary'
    FROM shown c JOIN public.resource d ON d.content_id = c.id
        CROSS JOIN LATERAL jsonb_array_elements(c.texts::jsonb) WITH ORDINALITY AS t (text, position);
ALTER TABLE peers.resource_text ADD PRIMARY KEY (resource_id, position), ADD UNIQUE (resource_id, locale),
    ADD FOREIGN KEY (resource_id) REFERENCES peers.resource;

CREATE TABLE peers.campaign (
    id bigint NOT NULL,
    public_id text NOT NULL,
    slug text NOT NULL,
    publisher_id bigint NOT NULL,
    urgency text NOT NULL,
    title text NOT NULL,
    summary text,
    body text,
    published_at timestamptz NOT NULL
);
INSERT INTO peers.campaign
    SELECT c.id, 'cmp_' || c.public_id, c.slug, c.organization_id, d.urgency, t.text ->> 'title', t.text ->> 'summary',
        pg_temp.body_of(c.body, t.text ->> 'locale'), pg_temp.instant(c.order_key)
    FROM shown c JOIN public.campaign d ON d.content_id = c.id
        CROSS JOIN LATERAL (SELECT pg_temp.text_of(c.texts) OFFSET 0) t (text);
ALTER TABLE peers.campaign ADD PRIMARY KEY (id), ADD UNIQUE (public_id), ADD UNIQUE (slug),
    ADD FOREIGN KEY (publisher_id) REFERENCES peers.organization;
CREATE INDEX ON peers.campaign (publisher_id);
CREATE INDEX ON peers.campaign (published_at DESC, id DESC);

CREATE TABLE peers.event (
    id bigint NOT NULL,
    public_id text NOT NULL,
    slug text NOT NULL,
    publisher_id bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    starts_at_local timestamp NOT NULL,
    time_zone text NOT NULL,
    title text NOT NULL,
    summary text,
    body text,
    published_at timestamptz
);
INSERT INTO peers.event
    SELECT c.id, 'evt_' || c.public_id, c.slug, c.organization_id, pg_temp.instant(d.starts_at),
        d.starts_at_local::timestamp, d.time_zone, t.text ->> 'title', t.text ->> 'summary',
        pg_temp.body_of(c.body, t.text ->> 'locale'), pg_temp.instant(c.published_at)
    FROM shown c JOIN public.event d ON d.content_id = c.id
        CROSS JOIN LATERAL (SELECT pg_temp.text_of(c.texts) OFFSET 0) t (text);
ALTER TABLE peers.event ADD PRIMARY KEY (id), ADD UNIQUE (public_id), ADD UNIQUE (slug),
    ADD FOREIGN KEY (publisher_id) REFERENCES peers.organization;
CREATE INDEX ON peers.event (publisher_id);
CREATE INDEX ON peers.event (starts_at, id);

DO $$
DECLARE
    kind text;
    catalog text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['resource', 'campaign', 'event'] LOOP
        FOREACH catalog IN ARRAY ARRAY['region', 'topic'] LOOP
            EXECUTE format('CREATE TABLE peers.%1$s_%2$s (
                %1$s_id bigint NOT NULL, position smallint NOT NULL, %2$s_id bigint NOT NULL
            )', kind, catalog);
            EXECUTE format('INSERT INTO peers.%1$s_%2$s
                SELECT c.id, k.place, k.key
                FROM shown c JOIN public.%1$s d ON d.content_id = c.id CROSS JOIN LATERAL pg_temp.keys_of(c.%2$s_ids) k
            ', kind, catalog);
            EXECUTE format('ALTER TABLE peers.%1$s_%2$s
                ADD PRIMARY KEY (%1$s_id, position), ADD UNIQUE (%2$s_id, %1$s_id),
                ADD FOREIGN KEY (%1$s_id) REFERENCES peers.%1$s, ADD FOREIGN KEY (%2$s_id) REFERENCES peers.%2$s
            ', kind, catalog);
        END LOOP;
    END LOOP;
END
$$;

CREATE FUNCTION peers.resources_about(topic text, region text) RETURNS SETOF peers.resource LANGUAGE sql STABLE AS $$
    SELECT r.* FROM peers.resource r
    WHERE EXISTS (
        SELECT 1 FROM peers.resource_topic j WHERE j.resource_id = r.id AND j.topic_id = ANY (ARRAY(
            SELECT c.descendant_id FROM peers.topic t JOIN peers.topic_closure c ON c.ancestor_id = t.id
            WHERE t.slug = resources_about.topic
        ))
    ) AND EXISTS (
        SELECT 1 FROM peers.resource_region j WHERE j.resource_id = r.id AND j.region_id = ANY (ARRAY(
            SELECT c.descendant_id FROM peers.region g JOIN peers.region_closure c ON c.ancestor_id = g.id
            WHERE g.slug = resources_about.region OR g.code = resources_about.region
        ))
    )
    ORDER BY r.published_at DESC, r.id DESC
$$;

ANALYZE peers.organization, peers.region, peers.topic, peers.region_closure, peers.topic_closure, peers.resource,
    peers.resource_text, peers.resource_region, peers.resource_topic, peers.campaign, peers.campaign_region,
    peers.campaign_topic, peers.event, peers.event_region, peers.event_topic;
