-- What a spent challenge or puzzle was answered with, hashed, and what is needed to reply the same again to whoever sends the
-- very same answer again. Gone with the nonce.
alter table spent_challenges add column reply blob;
