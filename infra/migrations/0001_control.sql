-- The control schema: whose state is where. A dataset's state is its row here and nothing else; Kafka carries only
-- "look at dataset D, slice N" and the records. Who changes a dataset row proves with its epoch that it is still the owner.
-- See ARCHITECTURE.md for the steps; the statements that move rows live beside the programs that run them.

create schema control;
create schema accounting;
create schema banking;
create schema commerce;

-- One row: the environment this database belongs to. A program of another environment refuses to start.
create table control.meta (
    only_row    boolean primary key default true check (only_row),
    environment text not null
);

-- One sequence for the whole installation (cache 1): a later claim of anything has the larger epoch.
create sequence control.claim_epoch as bigint cache 1;

-- A process that owns work. Beats every 3 s; silent for 10 s (server clock) it is dead for ever and the process takes a new row.
create table control.worker (
    incarnation bigint generated always as identity primary key,
    program     text not null,                      -- worker-stripe, scheduler, sink
    source      text,                               -- stripe
    host        text not null,
    pid         integer not null,
    started_at  timestamptz not null default now(),
    beat_at     timestamptz not null default now(),
    draining    boolean not null default false
);
create index worker_beat on control.worker (beat_at);

create function control.alive(incarnation bigint) returns boolean stable language sql as $$
    select exists (select from control.worker w where w.incarnation = $1 and w.beat_at > now() - interval '10 seconds')
$$;

create table control.company (
    id          uuid primary key default gen_random_uuid(),
    name        text not null,
    description text,
    redirect    text,
    tags        jsonb not null default '{}',
    created_by  text,
    created     timestamptz not null default now()
);

create table control.connection (
    id         uuid primary key default gen_random_uuid(),
    company_id uuid not null references control.company on delete cascade,
    source     text not null,                       -- stripe
    status     text not null default 'PendingAuth'
               check (status in ('PendingAuth', 'Linked', 'Deauthorized', 'Unlinked')),
    reason     text,                                -- why it is Deauthorized, for people
    settings   jsonb not null default '{}',         -- public: base URL parts, account ids; never a secret
    created    timestamptz not null default now(),
    last_sync  timestamptz,
    errors     jsonb not null default '[]'          -- dataConnectionErrors
);
create index connection_company on control.connection (company_id);

-- Sealed with AES-256-GCM; the context is 'credential/<connection>/<field>/<version>'. Version, lease and spare serve rotating
-- tokens: who stores proves both.
create table control.credential (
    connection_id uuid primary key references control.connection on delete cascade,
    version       bigint not null default 1,
    secret        bytea not null,                   -- sealed: API key, or refresh token
    access        bytea,                            -- sealed access token
    expires_at    timestamptz,                      -- of the access token; null: never
    lease_owner   bigint,
    lease_until   timestamptz,
    spare         bytea
);

-- One data type of one connection.
create table control.stream (
    id               bigint generated always as identity primary key,
    connection_id    uuid not null references control.connection on delete cascade,
    data_type        text not null,                 -- commerce-orders
    generation       integer not null default 1,    -- grows only by an explicit reset
    watermark        timestamptz,                   -- the next incremental sync starts here; null: never complete
    floor_epoch      bigint not null default 0,     -- records of older epochs are dropped by the sink
    void_epochs      bigint[] not null default '{}',-- epochs of slices that were taken over
    record_topic     text not null,
    record_partition integer not null,              -- pinned: raising the partition count moves nobody
    first_row_epoch  bigint,                        -- set by the sink with the first row: a later full sync must sweep
    sweep_doubt      integer not null default 0,    -- deletions that a too large sweep asked for and did not get
    unique (connection_id, data_type)
);

create table control.dataset (
    id             uuid primary key default gen_random_uuid(),
    stream_id      bigint not null references control.stream on delete cascade,
    company_id     uuid not null,
    connection_id  uuid not null,
    data_type      text not null,
    source         text not null,
    record_topic   text not null,                   -- the stream's, copied so that the sink finds what it finishes
    record_partition integer not null,
    class          text not null check (class in ('interactive', 'incremental', 'backfill')),
    ask_full       boolean not null default false,  -- somebody asked for a full sync
    mode           text check (mode in ('full', 'incremental')), -- decided at the first claim
    kind           text not null default 'fetch' check (kind in ('fetch', 'sweep', 'none')),
    status         text not null default 'Queued' check (status in (
                       'Queued', 'Fetching', 'Processing', 'Validating', 'Complete', 'Cancelled', 'AuthError', 'PermissionsError',
                       'NotSupported', 'RateLimitError', 'FetchError', 'MapError', 'InternalError')),
    slice_no       integer not null default 1,
    cursor         text not null default '' check (octet_length(cursor) <= 8192),
    epoch          bigint not null default 0,       -- of the last claim
    first_epoch    bigint not null default 0,       -- of the first claim: the stream's floor while this dataset runs
    generation     integer,                         -- the stream's at the first claim: a reset since then keeps the watermark still
    owner          bigint,                          -- a worker incarnation
    publisher      bigint,                          -- who owes the message of the current slice
    attempt        integer not null default 0,      -- claims of this slice that a crash ended
    alone_crashes  integer not null default 0,      -- of those, crashes while nothing else ran in the worker
    failures       integer not null default 0,      -- transient errors in a row
    retry_at       timestamptz,                     -- not runnable before; the scheduler publishes when it is due
    watermark_next timestamptz,
    end_offset     bigint not null default 0,       -- rows are in when the sink has passed it; 0: nothing emitted
    pages          bigint not null default 0,
    records        bigint not null default 0,       -- emitted by the worker (deletions too)
    bytes          bigint not null default 0,       -- of JSON read
    deleted        bigint not null default 0,       -- deletion records emitted
    dead_letters   bigint not null default 0,
    blind_letters  bigint not null default 0,       -- dead letters without an id: they cancel the sweep
    rows_written   bigint not null default 0,       -- row versions the sink wrote for this dataset
    error          text,
    requested      timestamptz not null default now(),
    started        timestamptz,
    completed      timestamptz,
    moved_at       timestamptz not null default now(), -- last change of slice, owner or status
    mark_offset    bigint,                          -- reconciler: end of the job partition when it first looked
    mark_moved_at  timestamptz                      -- ... and moved_at at that time
);
create unique index dataset_one_unfinished on control.dataset (stream_id)
    where status in ('Queued', 'Fetching', 'Processing', 'Validating');
create index dataset_due on control.dataset (retry_at) where retry_at is not null
    and status in ('Queued', 'Fetching', 'Processing', 'Validating');
create index dataset_unfinished on control.dataset (moved_at)
    where status in ('Queued', 'Fetching', 'Processing', 'Validating');
create index dataset_processing on control.dataset (record_topic, record_partition)
    where kind = 'none' and status in ('Processing', 'Validating');
create index dataset_owner on control.dataset (owner) where owner is not null;
create index dataset_history on control.dataset (company_id, requested desc);

-- Queued -> Fetching -> Processing -> Validating -> ended is the only direction, and an ended dataset never changes.
create function control.dataset_rank(status text) returns integer immutable language sql as $$
    select case status when 'Queued' then 0 when 'Fetching' then 1 when 'Processing' then 2 when 'Validating' then 3 else 9 end
$$;
create function control.dataset_guard() returns trigger language plpgsql as $$
begin
    if control.dataset_rank(old.status) = 9 and new.status is distinct from old.status
       or control.dataset_rank(new.status) < control.dataset_rank(old.status) then
        raise exception 'dataset % cannot go from % to %', old.id, old.status, new.status using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger dataset_guard before update of status on control.dataset
    for each row execute function control.dataset_guard();

-- Where the sink stands, moved in the transaction of the rows. Created with the stream, never by the sink: FOR SHARE on a
-- row that is not there locks nothing.
create table control.sink_offset (
    topic          text not null,
    partition      integer not null,
    next           bigint not null default 0,
    fence          bigint not null default 0,
    holder_pid     integer,
    holder_started timestamptz,
    primary key (topic, partition)
);

-- What a full sync saw: 64-bit hashes (hashtextextended(id, 0)), one row a sink batch and dataset.
create table control.seen (
    dataset_id uuid not null references control.dataset on delete cascade,
    epoch      bigint not null,
    keys       bigint[] not null
);
create index seen_dataset on control.seen (dataset_id);

-- Outbox: written in the transaction that changed something, published by the scheduler to dataset-events.
create table control.event (
    id            bigint generated always as identity primary key,
    kind          text not null,                    -- dataset.status, connection.status, company.created, …
    company_id    uuid,
    connection_id uuid,
    dataset_id    uuid,
    data_type     text,
    status        text,
    error         text,
    records       bigint,
    created       timestamptz not null default now()
);

create table control.api_key (
    id      uuid primary key default gen_random_uuid(),
    name    text not null check (length(name) <= 50),
    role    text not null default 'Admin',
    hash    bytea not null unique,                  -- SHA-256 of the key; the key itself is shown once
    created timestamptz not null default now()
);

-- A status change tells the outbox by itself, in the transaction that made it: nobody can forget it.
create function control.dataset_tell() returns trigger language plpgsql as $$
begin
    insert into control.event (kind, company_id, connection_id, dataset_id, data_type, status, error, records)
    values ('dataset.status', new.company_id, new.connection_id, new.id, new.data_type, new.status, new.error, new.records);
    return null;
end $$;
create trigger dataset_tell_insert after insert on control.dataset for each row execute function control.dataset_tell();
create trigger dataset_tell_update after update of status on control.dataset
    for each row when (old.status is distinct from new.status) execute function control.dataset_tell();

create function control.connection_tell() returns trigger language plpgsql as $$
begin
    insert into control.event (kind, company_id, connection_id, status, error)
    values ('connection.status', new.company_id, new.id, new.status, new.reason);
    return null;
end $$;
create trigger connection_tell_insert after insert on control.connection
    for each row execute function control.connection_tell();
create trigger connection_tell_update after update of status on control.connection
    for each row when (old.status is distinct from new.status) execute function control.connection_tell();

-- The scheduler sleeps until something is due: a row that becomes due now wakes it.
create function control.wake() returns trigger language plpgsql as $$
begin
    perform pg_notify('tributary_due', '');
    return null;
end $$;
create trigger dataset_wake_insert after insert on control.dataset
    for each statement execute function control.wake();
create trigger dataset_wake_update after update of retry_at on control.dataset
    for each row when (new.retry_at is not null and new.retry_at <= now()) execute function control.wake();

-- One way to the end, shared by worker, sink and reconciler; the caller holds the sink_offset row (FOR SHARE or by its own
-- UPDATE) and runs this as a statement of its own, so that its snapshot sees the other side. Finishes every dataset of kind
-- none whose end_offset the sink has passed:
--   full, and the stream had rows of earlier datasets, and nothing forbids it -> Validating, a sweep slice that is due now
--   else -> Complete; the watermark moves, the floor rises.
create function control.finish(topic text, partition integer) returns integer language plpgsql as $$
declare
    d record;
    n integer := 0;
begin
    for d in
        select ds.*, s.first_row_epoch
        from control.dataset ds join control.stream s on s.id = ds.stream_id
        join control.sink_offset o on o.topic = ds.record_topic and o.partition = ds.record_partition
        where ds.record_topic = $1 and ds.record_partition = $2
          and ds.kind = 'none' and ds.status in ('Processing', 'Validating')
          and (ds.end_offset = 0 or o.next >= ds.end_offset)
        order by ds.id
        for update of ds
    loop
        if d.status <> 'Validating' and d.mode = 'full' and d.first_row_epoch < d.first_epoch and d.blind_letters = 0 then
            update control.dataset
               set status = 'Validating', kind = 'sweep', cursor = '', slice_no = slice_no + 1, owner = null, attempt = 0,
                   alone_crashes = 0, failures = 0, retry_at = now(), moved_at = now()
             where id = d.id;
        else
            update control.dataset
               set status = 'Complete', completed = now(), owner = null, retry_at = null, moved_at = now()
             where id = d.id;
            update control.stream
               set watermark = case when generation = d.generation then coalesce(d.watermark_next, watermark) else watermark end,
                   floor_epoch = greatest(floor_epoch, d.epoch), void_epochs = '{}'
             where id = d.stream_id;
            update control.connection set last_sync = now() where id = d.connection_id;
            delete from control.seen where dataset_id = d.id;
        end if;
        n := n + 1;
    end loop;
    return n;
end $$;
