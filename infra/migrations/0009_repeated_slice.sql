-- As in 0001, and a full sync of which a slice was repeated sweeps too, be it the stream's first: a record that the first attempt
-- brought, and that the source deleted before the second, is in the table, and no later incremental sync hears of its deletion,
-- because the watermark is of the second attempt.
create or replace function control.finish(topic text, partition integer) returns integer language plpgsql as $$
declare
    d record;
    n integer := 0;
begin
    for d in
        select ds.*, s.first_row_epoch, s.void_epochs
        from control.dataset ds join control.stream s on s.id = ds.stream_id
        join control.sink_offset o on o.topic = ds.record_topic and o.partition = ds.record_partition
        where ds.record_topic = $1 and ds.record_partition = $2
          and ds.kind = 'none' and ds.status in ('Processing', 'Validating')
          and (ds.end_offset = 0 or o.next >= ds.end_offset)
        order by ds.id
        for update of ds
    loop
        if d.status <> 'Validating' and d.mode = 'full' and d.blind_letters = 0
           and (d.first_row_epoch < d.first_epoch or d.void_epochs <> '{}') then
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
