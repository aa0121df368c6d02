-- What processing came to, where the document of a deleted entity showed more than that: an overlay, the mark of an
-- orphan. It is this that is restored; what was added is there still.
alter table entity_version add column base text;
