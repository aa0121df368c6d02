-- contract: a check is made wider, which the running version does not notice: it neither writes nor lets in the new word
alter table member drop constraint member_status_known;
alter table member add constraint member_status_known check (status in ('active', 'invited', 'deactivated'));
