-- Master keys that `tributary keys rotate` has gone away from. No new company key is wrapped under one: a program that has not
-- read its keys again since would leave behind what nobody could open once the old key is gone.
create table control.master_key_left (
    id    text primary key,
    since timestamptz not null default now()
);

-- The id of the key that a sealed value is sealed with (lib/crypto.h has the form).
create function control.sealed_with(sealed bytea) returns text immutable strict language sql as $$
    select convert_from(substr(sealed, 3, get_byte(sealed, 1)), 'UTF8')
$$;
