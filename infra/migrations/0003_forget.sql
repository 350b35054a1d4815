-- The rows of a connection that is gone, in whichever record tables there are. Run after the connection's row was
-- deleted: the sink writes nothing for a connection that is not there.
create function control.forget_records(connection uuid) returns bigint language plpgsql as $$
declare
    t record;
    n bigint;
    total bigint := 0;
begin
    for t in
        select table_schema, table_name from information_schema.columns
        where table_schema in ('accounting', 'banking', 'commerce') and column_name = 'connection_id'
    loop
        execute format('delete from %I.%I where connection_id = $1', t.table_schema, t.table_name) using connection;
        get diagnostics n = row_count;
        total := total + n;
    end loop;
    return total;
end $$;
