-- What a chaos run writes down of the product's own rows while they move, in the transactions that move them: what was
-- rolled back leaves nothing here, and what a crash of the server takes back is taken back on both sides. Triggers only
-- look. Rows of records are not copied: a comparison tells what must never be, and only that is kept.

create schema chaos;

-- Each change of a dataset's slice, owner or status.
create table chaos.step (
    seq           bigint generated always as identity primary key,
    at            timestamptz not null default clock_timestamp(),
    txid          xid8 not null default pg_current_xact_id(),
    dataset       uuid not null,
    stream        bigint not null,
    epoch_before  bigint not null,
    epoch         bigint not null,
    slice_before  integer not null,
    slice         integer not null,
    owner_before  bigint,
    owner         bigint,
    owner_lived   boolean not null,  -- the owner before, at this moment
    publisher     bigint,
    kind_before   text,
    status_before text,              -- null: the dataset is new
    status        text not null,
    end_offset    bigint not null,
    next          bigint             -- of the sink, as this transaction sees it
);
create function chaos.step() returns trigger language plpgsql as $$
declare
    o control.dataset := case when tg_op = 'UPDATE' then old end;
begin
    insert into chaos.step (dataset, stream, epoch_before, epoch, slice_before, slice, owner_before, owner, owner_lived, publisher,
                            kind_before, status_before, status, end_offset, next)
    select new.id, new.stream_id, coalesce(o.epoch, 0), new.epoch, coalesce(o.slice_no, new.slice_no), new.slice_no, o.owner, new.owner,
           o.owner is not null and control.alive(o.owner), new.publisher, o.kind, o.status, new.status, new.end_offset,
           (select s.next from control.sink_offset s where s.topic = new.record_topic and s.partition = new.record_partition);
    return null;
end $$;
create trigger chaos_step_insert after insert on control.dataset for each row execute function chaos.step();
create trigger chaos_step_update after update on control.dataset
    for each row when ((old.epoch, old.slice_no, old.owner, old.status) is distinct from (new.epoch, new.slice_no, new.owner, new.status))
    execute function chaos.step();

-- Each move of a watermark, a floor or a generation.
create table chaos.mark (
    seq              bigint generated always as identity primary key,
    at               timestamptz not null default clock_timestamp(),
    txid             xid8 not null default pg_current_xact_id(),
    stream           bigint not null,
    generation       integer not null,
    watermark_before timestamptz,
    watermark        timestamptz,
    floor_before     bigint not null,
    floor            bigint not null
);
create function chaos.mark() returns trigger language plpgsql as $$
begin
    insert into chaos.mark (stream, generation, watermark_before, watermark, floor_before, floor)
    values (new.id, new.generation, old.watermark, new.watermark, old.floor_epoch, new.floor_epoch);
    return null;
end $$;
create trigger chaos_mark after update on control.stream
    for each row when ((old.watermark, old.floor_epoch, old.generation) is distinct from (new.watermark, new.floor_epoch, new.generation))
    execute function chaos.mark();

-- Each move of the sinks. The row lock is held until the commit, so `seq` is the order in which they happened.
create table chaos.move (
    seq       bigint generated always as identity primary key,
    at        timestamptz not null default clock_timestamp(),
    topic     text not null,
    partition integer not null,
    before    bigint not null,
    next      bigint not null,
    fence     bigint not null,
    by_holder boolean not null           -- the session that moves is the one that the fence was given to
);
create function chaos.move() returns trigger language plpgsql as $$
begin
    insert into chaos.move (topic, partition, before, next, fence, by_holder)
    values (new.topic, new.partition, case when tg_op = 'UPDATE' then old.next else 0 end, new.next, new.fence,
            new.holder_pid is not distinct from pg_backend_pid());
    return null;
end $$;
create trigger chaos_move_insert after insert on control.sink_offset
    for each row when (new.next <> 0) execute function chaos.move();
create trigger chaos_move_update after update on control.sink_offset
    for each row when (old.next <> new.next) execute function chaos.move();

-- What must never happen to a row of records.
create table chaos.wrong (
    at         timestamptz not null default clock_timestamp(),
    what       text not null,
    data_table text not null,
    connection uuid not null,
    id         text not null,
    was        text not null,
    became     text
);
create function chaos.row_changed() returns trigger language plpgsql as $$
begin
    insert into chaos.wrong (what, data_table, connection, id, was, became)
    values (case when (new.generation, new.source_version, new.epoch) < (old.generation, old.source_version, old.epoch)
                 then 'went backwards' else 'was written twice' end,
            tg_table_schema || '.' || tg_table_name, new.connection_id, new.id,
            concat_ws('.', old.generation, old.source_version, old.epoch), concat_ws('.', new.generation, new.source_version, new.epoch));
    return null;
end $$;
-- Deletions are flags; only the rows of a connection that is gone go.
create function chaos.row_gone() returns trigger language plpgsql as $$
begin
    if exists (select from control.connection where id = old.connection_id) then
        insert into chaos.wrong (what, data_table, connection, id, was)
        values ('vanished', tg_table_schema || '.' || tg_table_name, old.connection_id, old.id,
                concat_ws('.', old.generation, old.source_version, old.epoch));
    end if;
    return null;
end $$;

create view chaos.record_table as
    select table_schema || '.' || table_name as name, 'records.' || table_schema || '.' || replace(table_name, '_', '-') as topic
    from information_schema.columns
    where table_schema in ('accounting', 'banking', 'commerce') and column_name = 'source_version';

do $$
declare
    t text;
    rows text;
begin
    for t in select name from chaos.record_table loop
        execute format(
            'create trigger chaos_changed after update on %s for each row when '
            '((new.generation, new.source_version, new.epoch) < (old.generation, old.source_version, old.epoch)'
            ' or (new.source_version, new.content_hash) = (old.source_version, old.content_hash)) execute function chaos.row_changed()', t);
        execute format('create trigger chaos_gone after delete on %s for each row execute function chaos.row_gone()', t);
    end loop;
    select string_agg(format('select %L::text as topic, connection_id as connection, id, generation, source_version, epoch from %s', topic, name),
                      ' union all ')
      into rows from chaos.record_table;
    execute 'create view chaos.row as ' || rows;
end $$;

-- What lies on the topics, filled when all is over; nobody's history, so a crash may take it.
create unlogged table chaos.record (
    topic          text not null,
    partition      integer not null,
    at             bigint not null,
    connection     uuid not null,
    id             text not null,
    generation     integer not null,
    source_version bigint not null,
    epoch          bigint not null,
    dataset        uuid not null
);
create unlogged table chaos.letter (key text primary key);
