-- Which sources there are and what they offer. A worker registers its own when it starts, so the scheduler knows no
-- source by name:
--   insert into control.source (name, data_types, incremental) values ('stripe', '["commerce-orders", …]', '[…]')
--   on conflict (name) do update
--   set data_types = excluded.data_types, incremental = excluded.incremental, seen_at = now()
create table control.source (
    name        text primary key,
    data_types  jsonb not null default '[]',        -- keys that it offers
    incremental jsonb not null default '[]',        -- of those, the ones that can read changes alone
    seen_at     timestamptz not null default now()  -- when a worker of it started last
);
