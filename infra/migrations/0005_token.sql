-- Tokens: a data key for each company, what rotating tokens need beside version and lease, and how sources are authorised.

-- A company's data key, sealed under a master key (context 'company-key/<company>') and made when it is first needed. All of its
-- credentials are sealed under it: new master keys re-wrap these rows alone, and a company that is deleted takes its key along.
create table control.company_key (
    company_id uuid primary key references control.company on delete cascade,
    master_key text not null,                       -- the id of the one that wraps it
    wrapped    bytea not null,
    created    timestamptz not null default now()
);
create index company_key_master on control.company_key (master_key);

alter table control.credential
    add column spare_version bigint,                -- the version that `spare` was refreshed from; part of its context
    add column refused       boolean not null default false, -- the vendor refused `secret`: only a spare can help
    add column refresh_by    timestamptz;           -- unused until then, `secret` is refreshed before it dies of idleness; null: never
create index credential_refresh on control.credential (refresh_by) where refresh_by is not null;

-- Registered by the source's worker from its options. null oauth: the source has API keys.
alter table control.source
    add column title         text,                  -- QuickBooks Online
    add column source_type   text,                  -- Accounting, Banking, Commerce
    add column oauth         jsonb,                 -- authorizeUrl, tokenUrl, clientId, … (lib/oauth.h)
    add column client_secret bytea;                 -- sealed under a master key; context 'source/<name>/client-secret'
