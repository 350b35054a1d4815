-- A stream's datasets, the newest first: whether it was complete before, and whether its last full sync still is owed.
create index dataset_stream on control.dataset (stream_id, requested desc);
