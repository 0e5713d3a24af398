-- Secrets in the spellings of hCaptcha's and Turnstile's clients. Sites of before have only the first spelling until
-- their secrets are rotated; the other spellings of their site keys are derived and need no row.
alter table sites add column hcaptcha_secret_digest bytea;
alter table sites add column turnstile_secret_digest bytea;
create unique index sites_by_hcaptcha_secret on sites (hcaptcha_secret_digest);
create unique index sites_by_turnstile_secret on sites (turnstile_secret_digest);

-- What a site's visitors are offered: both, after-failures:N or machine.
alter table sites add column turn text not null default 'both';
-- JSON object: language to object of names of strings to texts.
alter table sites add column words text not null default '{}';

-- What the page said of itself, how the token was earned (label or machine), when the visit passed, and under which key
-- Turnstile's clients redeemed it, so that the same call may be repeated. Tokens of before are too old to be renewed.
alter table tokens add column dialect text not null default 'corvee';
alter table tokens add column action text;
alter table tokens add column cdata text;
alter table tokens add column way text not null default 'label';
alter table tokens add column passed_ms bigint not null default 0;
alter table tokens add column idempotency_key bytea;
