-- What happened to a dataset, for people: `tributary explain`. control.dataset says only how it stands now, so a trigger notes
-- who held each of its slices, and how that ended, in the transactions that claim and move the row: nobody can forget it,
-- and whatever is rolled back leaves no trace. A claim costs one small row, its end one update of it in place; pages cost
-- nothing.

-- One row a claim. Bounded twice: the newest 200 of a dataset are kept (the dataset's own counts are those of all), and the
-- scheduler deletes what is older than 30 days, which is how long dead letters and dataset-events can be read, too.
create table control.slice_log (
    dataset_id   uuid not null references control.dataset on delete cascade,
    claim_no     integer not null,                  -- 1, 2, … of the dataset
    slice_no     integer not null,
    kind         text not null,                     -- fetch, sweep
    attempt      integer not null,
    epoch        bigint not null,
    owner        bigint not null,
    program      text,                              -- the owner's, whose own row may be gone
    host         text,
    pid          integer,
    claimed_at   timestamptz not null default now(),
    ended_at     timestamptz,                       -- null: held
    outcome      text check (outcome in ('more', 'wait', 'read', 'failed', 'cancelled', 'claimed again', 'taken over')),
    wait_until   timestamptz,
    error        text,                              -- why it waits or failed
    pages        bigint not null default 0,
    records      bigint not null default 0,
    deleted      bigint not null default 0,
    dead_letters bigint not null default 0,
    primary key (dataset_id, claim_no)
) with (fillfactor = 70);
create index slice_log_age on control.slice_log (claimed_at);

create function control.slice_log_write() returns trigger language plpgsql as $$
declare
    last constant integer := coalesce((select max(claim_no) from control.slice_log where dataset_id = new.id), 0);
begin
    update control.slice_log
       set ended_at = now(), wait_until = new.retry_at,
           error = case when new.slice_no <> old.slice_no then new.error end, -- else it is an earlier slice's
           pages = new.pages - old.pages, records = new.records - old.records, deleted = new.deleted - old.deleted,
           dead_letters = new.dead_letters - old.dead_letters,
           outcome = case when new.epoch <> old.epoch and new.owner = old.owner then 'claimed again'
                          when new.epoch <> old.epoch then 'taken over'
                          when new.status = 'Cancelled' then 'cancelled'
                          when new.retry_at is not null then 'wait'
                          when new.kind <> 'none' then 'more'
                          when new.completed is null then 'read'
                          else 'failed' end
     where dataset_id = new.id and claim_no = last and epoch = old.epoch and ended_at is null;
    if new.epoch <> old.epoch then
        insert into control.slice_log (dataset_id, claim_no, slice_no, kind, attempt, epoch, owner, program, host, pid)
        select new.id, last + 1, new.slice_no, new.kind, new.attempt, new.epoch, new.owner, w.program, w.host, w.pid
        from (select) one left join control.worker w on w.incarnation = new.owner;
        delete from control.slice_log where dataset_id = new.id and claim_no = last - 199;
    end if;
    return null;
end $$;
create trigger slice_log_write after update of epoch, slice_no, status on control.dataset
    for each row when (new.epoch <> old.epoch or new.slice_no <> old.slice_no or new.status <> old.status)
    execute function control.slice_log_write();

-- Since when a dataset has its status.
alter table control.dataset add column status_at timestamptz not null default now();
update control.dataset set status_at = coalesce(completed, moved_at);

create or replace function control.dataset_guard() returns trigger language plpgsql as $$
begin
    if control.dataset_rank(old.status) = 9 and new.status is distinct from old.status
       or control.dataset_rank(new.status) < control.dataset_rank(old.status) then
        raise exception 'dataset % cannot go from % to %', old.id, old.status, new.status using errcode = 'check_violation';
    end if;
    if new.status is distinct from old.status then
        new.status_at := now();
    end if;
    return new;
end $$;

-- 8 s, 12 min, 30 h.
create function control.span_text(span interval) returns text immutable language sql as $$
    select case when seconds < 120 then greatest(round(seconds), 0) || ' s'
                when seconds < 7200 then round(seconds / 60) || ' min'
                else round(seconds / 3600) || ' h' end
    from (select extract(epoch from span) as seconds) s
$$;
create function control.process_text(program text, incarnation bigint, host text, pid integer) returns text
immutable language sql as $$
    select coalesce(program || ' ', '') || 'incarnation ' || incarnation || coalesce(' (' || host || ', pid ' || pid || ')', '')
$$;

-- One sentence each: what the dataset waits for, or what is missing, and who owes it.

create function control.explain_ended(d control.dataset) returns text stable language sql as $$
    select case when d.status = 'Complete' then 'ended: every row of it is in'
                when d.status = 'Cancelled' then 'ended: it was cancelled; what came before stays'
                else 'ended: ' || coalesce(d.error, d.status) || '; the last good data stays' end
$$;

-- Read, and its rows are on their way.
create function control.explain_rows(d control.dataset, reconcile_every interval) returns text stable language sql as $$
    select case
        when o.next >= d.end_offset then
            'its rows are in, and nobody has said so yet: the reconciler does within '
            || control.span_text(interval '10 s' + reconcile_every)
        else format('read; the sink stands %s before the end of its records in %s/%s, and ', d.end_offset - o.next, o.topic,
                    o.partition)
            || case when a.pid is not null then 'stores them in the Postgres session ' || a.pid || ' since '
                    || control.instant_text(a.backend_start)
               else 'no sink holds that partition: the next one that is given it goes on; start one if none runs' end
        end
    from (select) one
    left join control.sink_offset o on o.topic = d.record_topic and o.partition = d.record_partition
    left join pg_stat_activity a on a.pid = o.holder_pid and a.backend_start = o.holder_started
$$;

-- A slice that somebody holds, or held when he died: silent for 10 s, he counts as dead.
create function control.explain_held(d control.dataset, n_workers bigint) returns text stable language sql as $$
    select format('slice %s %s held by %s', d.slice_no, case when control.alive(d.owner) then 'is' else 'was' end,
                  control.process_text(coalesce(w.program, l.program), d.owner, coalesce(w.host, l.host), coalesce(w.pid, l.pid)))
        || coalesce(' since ' || control.instant_text(l.claimed_at), '')
        || case when control.alive(d.owner) then ', which last beat ' || control.span_text(now() - w.beat_at) || ' ago'
                     || case when w.draining then ' and is leaving'
                             when w.beat_at < now() - interval '5 s' then ' and counts as dead at 10 s' else '' end
                else coalesce(', which is dead: it last beat ' || control.span_text(now() - w.beat_at) || ' ago', ', which is gone')
                     || case when n_workers = 0 then format('; no worker-%s runs to take it over: start one', d.source)
                             else '; the next delivery of the job takes it over' end
                     || case when d.attempt >= 2 then format(', alone in its worker, because %s claims of it ended so', d.attempt)
                             else '' end
           end
    from (select) one
    left join control.worker w on w.incarnation = d.owner
    left join control.slice_log l on l.dataset_id = d.id and l.epoch = d.epoch
$$;

-- A slice that nobody holds and that may run: its job is on the topic, or somebody owes it. Who died as its publisher may have
-- done so before or after it was published: a worker that finds the old job takes the duty, else the reconciler does.
create function control.explain_free(d control.dataset, n_workers bigint, reconcile_at timestamptz) returns text
stable language sql as $$
    select format('slice %s is free; ', d.slice_no) || case
        when control.alive(d.publisher) then format('its job was published to jobs.%s.%s by %s %s ago', d.source, d.class,
            control.process_text(w.program, d.publisher, w.host, w.pid), control.span_text(now() - d.moved_at))
        else coalesce(format('publisher incarnation %s is dead', d.publisher), 'nobody published its job')
            || '; unless the job is on the topic, '
            || case when reconcile_at > now() then 'the reconciler publishes it again in '
                    || control.span_text(reconcile_at - now())
               else 'the reconciler publishes it again as soon as the jobs before it are done' end
        end
        || case when n_workers = 0 then format('; no worker-%s runs: start one', d.source)
                else format('; %s worker-%s run%s: it waits its turn', n_workers, d.source,
                            case when n_workers = 1 then 's' else '' end) end
    from (select) one left join control.worker w on w.incarnation = d.publisher
$$;

create function control.explain_now(d control.dataset, reconcile_after interval, reconcile_every interval) returns text
stable language sql as $$
    select case
        when control.dataset_rank(d.status) = 9 then control.explain_ended(d)
        when d.kind = 'none' then control.explain_rows(d, reconcile_every)
        when d.retry_at > now() then format('waits until %s (%s more)', control.instant_text(d.retry_at),
                                            control.span_text(d.retry_at - now()))
            || case when d.failures > 0 then format(', after %s failure%s in a row', d.failures,
                                                    case when d.failures = 1 then '' else 's' end) else '' end
            || coalesce(': ' || d.error, '')
        when d.retry_at is not null then format('slice %s is due since %s: the scheduler that leads publishes its job', d.slice_no,
                                                control.span_text(now() - d.retry_at))
        when d.owner is not null then control.explain_held(d, n_workers)
        else control.explain_free(d, n_workers, d.moved_at + reconcile_after + reconcile_every)
        end
    from (select count(*) as n_workers from control.worker w where w.source = d.source and control.alive(w.incarnation)) here
$$;

create function control.slice_log_json(d control.dataset) returns json stable language sql as $$
    select json_agg(json_strip_nulls(json_build_object(
        'claim', l.claim_no,
        'slice', l.slice_no,
        'kind', l.kind,
        'attempt', l.attempt,
        'epoch', l.epoch,
        'incarnation', l.owner,
        'program', l.program,
        'host', l.host,
        'pid', l.pid,
        'claimed', control.instant_text(l.claimed_at),
        'ended', control.instant_text(l.ended_at),
        'seconds', round(extract(epoch from coalesce(l.ended_at, now()) - l.claimed_at)::numeric, 1),
        'outcome', coalesce(l.outcome, case when control.alive(l.owner) then 'runs' else 'its holder died' end),
        'waitUntil', control.instant_text(l.wait_until),
        'error', l.error,
        'takenBy', case when l.outcome = 'taken over' then l.next_owner end,
        'pages', l.pages,
        'records', l.records,
        'deleted', l.deleted,
        'deadLetters', l.dead_letters)) order by l.claim_no)
    from (select s.*, lead(s.owner) over (order by s.claim_no) as next_owner from control.slice_log s
          where s.dataset_id = d.id) l
$$;

create function control.explain_json(d control.dataset, reconcile_after interval, reconcile_every interval) returns json
stable language sql as $$
    select json_strip_nulls(json_build_object(
        'id', d.id,
        'environment', (select environment from control.meta),
        'now', control.explain_now(d, reconcile_after, reconcile_every),
        'companyId', d.company_id,
        'companyName', c.name,
        'connectionId', d.connection_id,
        'connectionStatus', k.status,
        'statusReason', k.reason,
        'source', d.source,
        'dataType', d.data_type,
        'class', d.class,
        'mode', d.mode,
        'status', d.status,
        'since', control.instant_text(d.status_at),
        'requested', control.instant_text(d.requested),
        'started', control.instant_text(d.started),
        'completed', control.instant_text(d.completed),
        'error', d.error,
        'failures', d.failures,
        'waitUntil', control.instant_text(case when d.retry_at > now() then d.retry_at end),
        'slice', d.slice_no,
        'sliceKind', d.kind,
        'claimsNotKept', (select min(claim_no) - 1 from control.slice_log where dataset_id = d.id),
        'claims', coalesce(control.slice_log_json(d), '[]'),
        'offsets', json_build_object(
            'topic', d.record_topic,
            'partition', d.record_partition,
            'end', d.end_offset,
            'sinkNext', o.next,
            'toStore', greatest(d.end_offset - o.next, 0),
            'sinkSession', a.pid,
            'sinkSince', control.instant_text(a.backend_start)),
        'seen', (select json_build_object('batches', count(*), 'keys', coalesce(sum(cardinality(keys)), 0))
                 from control.seen where dataset_id = d.id having count(*) > 0),
        'rows', json_build_object(
            'pages', d.pages,
            'emitted', d.records,
            'written', d.rows_written,
            'deleted', d.deleted,
            'deadLetters', d.dead_letters,
            'lettersWithoutId', d.blind_letters)))
    from (select) one
    left join control.company c on c.id = d.company_id
    left join control.connection k on k.id = d.connection_id
    left join control.sink_offset o on o.topic = d.record_topic and o.partition = d.record_partition
    left join pg_stat_activity a on a.pid = o.holder_pid and a.backend_start = o.holder_started
$$;
