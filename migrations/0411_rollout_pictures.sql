-- Pictures of rendered pages that object storage keeps for this part of a rollout, in bytes; 0: none, or none any more.
alter table plugin_rollout add column picture_bytes bigint not null default 0;
