//! What a template means: expressions, task specifications, redaction, paths. Pure: no I/O, no await.

pub mod binary;
pub mod cron;
pub mod duration;
pub mod engine;
pub mod example;
pub mod failure;
pub mod gate;
pub mod paths;
pub mod platform_token;
pub mod redaction;
pub mod repo_url;
pub mod secret_names;
pub mod source;
pub mod spec;
pub mod stored;
pub mod suite;
pub mod template;
pub mod verdict;
