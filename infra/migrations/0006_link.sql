-- Link: authorising a connection in the browser, and which data types a new connection reads at once.

-- A browser on its way through Link. The cookie and the state are kept as hashes; whoever starts anew in the same browser
-- replaces the state, so an older tab ends at a page that says so.
create table control.link_session (
    cookie        bytea primary key,                -- SHA-256
    nonce         bytea not null,                   -- of the link
    company_id    uuid not null references control.company on delete cascade,
    connection_id uuid not null references control.connection on delete cascade,
    state         bytea,                            -- SHA-256 of what goes to the vendor and comes back; null: used
    state_until   timestamptz not null,
    verifier      bytea,                            -- sealed, for PKCE
    tokens        bytea,                            -- sealed, while the user chooses an organisation
    tenants       jsonb,                            -- what there is to choose from: [{"id", "name"}]
    done          boolean not null default false,
    created       timestamptz not null default now()
);
create index link_session_created on control.link_session (created);

-- Links are signed, not stored; what is stored is that one was used up.
create table control.link_used (
    nonce bytea primary key,
    used  timestamptz not null default now()
);

alter table control.company add column redirect_url text; -- where Link returns to

-- Sync settings of the client (company_id null) and of companies: {dataType: {fetchOnFirstLink, syncSchedule, …}}.
create table control.sync_settings (
    company_id         uuid unique nulls not distinct references control.company on delete cascade,
    overrides_defaults boolean not null default true,
    settings           jsonb not null default '{}'
);

-- A company's word counts where it overrides the client's, the client's where it says something; commerce types are off
-- until somebody switches them on.
create function control.fetch_on_first_link(company uuid, data_type text) returns boolean stable language sql as $$
    select coalesce(
        (select (settings -> data_type ->> 'fetchOnFirstLink')::boolean from control.sync_settings
         where company_id = company and overrides_defaults),
        (select (settings -> data_type ->> 'fetchOnFirstLink')::boolean from control.sync_settings where company_id is null),
        data_type not like 'commerce-%')
$$;

-- A company has one Linked accounting source, whichever road it came by: two ledgers would be mixed. The lock lets two that
-- are linked in the same moment see each other.
create function control.one_ledger() returns trigger language plpgsql as $$
begin
    if (select source_type from control.source where name = new.source) = 'Accounting' then
        perform pg_advisory_xact_lock(hashtextextended(new.company_id::text, 6));
        if exists (select from control.connection k join control.source s on s.name = k.source
                   where k.company_id = new.company_id and k.id <> new.id and k.status = 'Linked'
                   and s.source_type = 'Accounting') then
            raise exclusion_violation using message = 'the company has an accounting source already';
        end if;
    end if;
    return new;
end $$;
create trigger one_ledger before insert or update of status on control.connection
    for each row when (new.status = 'Linked') execute function control.one_ledger();

-- Objects as the API shows them. A stable id stands for a source's name where the reference product has UUIDs.
create function control.instant_text(at timestamptz) returns text immutable language sql as $$
    select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
create function control.connection_json(k control.connection) returns json stable language sql as $$
    select json_strip_nulls(json_build_object(
        'id', k.id,
        'integrationId', md5('integration/' || k.source)::uuid,
        'integrationKey', k.source,
        'sourceId', md5('source/' || k.source)::uuid,
        'sourceType', s.source_type,
        'platformName', coalesce(s.title, initcap(k.source)),
        'status', k.status,
        'statusReason', k.reason,
        'lastSync', control.instant_text(k.last_sync),
        'created', control.instant_text(k.created),
        'dataConnectionErrors', k.errors,
        'connectionInfo', k.settings))
    from (select) one left join control.source s on s.name = k.source
$$;
create function control.company_json(c control.company) returns json stable language sql as $$
    select json_strip_nulls(json_build_object(
        'id', c.id,
        'name', c.name,
        'description', c.description,
        'redirectUrl', c.redirect_url,
        'created', control.instant_text(c.created),
        'createdByUserName', c.created_by,
        'tags', c.tags,
        'products', '[]'::json,
        'lastSync', control.instant_text((select max(k.last_sync) from control.connection k where k.company_id = c.id)),
        'dataConnections', coalesce((select json_agg(control.connection_json(k) order by k.created, k.id)
                                     from control.connection k where k.company_id = c.id), '[]'::json)))
$$;
-- What stands after isErrored is ours.
create function control.dataset_json(d control.dataset) returns json stable language sql as $$
    select json_strip_nulls(json_build_object(
        'id', d.id,
        'companyId', d.company_id,
        'connectionId', d.connection_id,
        'dataType', d.data_type,
        'status', d.status,
        'statusDescription', case when d.retry_at > now() then 'waits until ' || control.instant_text(d.retry_at) end,
        'errorMessage', d.error,
        'requested', control.instant_text(d.requested),
        'completed', control.instant_text(d.completed),
        'progress', case d.status when 'Queued' then 0 when 'Fetching' then 25 when 'Processing' then 75
                                  when 'Validating' then 90 else 100 end,
        'isCompleted', d.status = 'Complete',
        'isErrored', d.status like '%Error',
        'class', d.class,
        'mode', d.mode,
        'slice', d.slice_no,
        'pages', d.pages,
        'records', d.records,
        'rowsWritten', d.rows_written,
        'deleted', d.deleted,
        'deadLetters', d.dead_letters))
$$;
