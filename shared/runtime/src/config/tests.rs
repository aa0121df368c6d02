//! The layers of settings, and what is refused in each.

#![expect(clippy::expect_used, reason = "tests")]

use super::*;

fn load(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Config::load(Sources { environment, ..Sources::default() })
}

#[test]
fn the_manual_alone_is_a_valid_configuration() {
    let config = load(&[]).expect("defaults");
    assert_eq!(config.domain, "localhost:7007");
    assert_eq!(config.apex_url(), "http://localhost:7007");
    assert_eq!(config.tenant_url("acme"), "http://acme.localhost:7007");
    assert!(config.data_dir.is_absolute());
    assert_eq!(config.catalog.processing_interval, Duration::from_secs(100));
    assert_eq!(config.catalog.rules.allow.len(), 10);
    let plugins = ["@backstage-community/plugin-badges-backend", "@backstage-community/plugin-tech-radar"];
    assert_eq!(config.plugins.allow, [plugins[0], plugins[1], "proscenium:tech-radar"]);
    assert!(config.plans.get("internal").requests_are_free() && !config.plans.get("free").requests_are_free());
    assert_eq!(config.plans.get("of yesterday"), config.plans.get("free"));
    assert!(config.database.url.is_none() && config.redis.url.is_none() && config.s3.url.is_none());
}

#[test]
fn variables_take_the_type_that_the_manual_gives_their_key() {
    let config = load(&[
        ("PROSCENIUM_READING__ALLOW", "localhost:18099, 10.0.0.1 ,"),
        ("PROSCENIUM_CATALOG__PROCESSING_INTERVAL", "5s"),
        ("PROSCENIUM_CATALOG__RULES__ALLOW", "Component,API"),
        ("PROSCENIUM_PLUGINS__ALLOW", "@acme/plugin-x,proscenium:tech-radar"),
        ("PROSCENIUM_S3__ACCESS_KEY", "12345"),
        ("PROSCENIUM_PLANS__FREE__MEMBERS", "2"),
        ("PROSCENIUM_DEMO", "true"),
        ("PROSCENIUM_DATABASE__APP_CONNECTIONS", "3"),
        ("PROSCENIUM_LISTEN", "127.0.0.1:8080"),
    ])
    .expect("valid");
    assert_eq!(config.reading.allow, ["localhost:18099", "10.0.0.1"]);
    assert_eq!(config.catalog.processing_interval, Duration::from_secs(5));
    assert_eq!(config.catalog.rules.allow, ["Component", "API"]);
    assert_eq!(config.plugins.allow, ["@acme/plugin-x", "proscenium:tech-radar"]);
    assert_eq!(config.s3.access_key, "12345");
    assert!(config.demo);
    assert_eq!(config.plans.get("free").members, 2);
    assert_eq!(config.database.app_connections, 3);
    assert_eq!(config.domain, "localhost:8080", "the default domain follows the port");
}

#[test]
fn later_layers_win() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("site.toml");
    std::fs::write(&file, "domain = \"File.example\"\nscheme = \"https\"\n[redis]\nurl = \"redis://file\"\n")
        .expect("write");
    let config = Config::load(Sources {
        file: Some(file),
        environment: vec![
            ("REDIS_URL".into(), "redis://short".into()),
            ("PROSCENIUM_REDIS__URL".into(), "redis://long".into()),
            ("PROSCENIUM_DEMO".into(), "true".into()),
        ],
        overrides: Overrides { demo: Some(false), data_dir: Some("/srv/data".into()), listen: None },
    })
    .expect("valid");
    assert_eq!(config.apex_url(), "https://file.example");
    assert_eq!(config.redis.url.expect("url").expose(), "redis://long");
    assert!(!config.demo);
    assert_eq!(config.data_dir, PathBuf::from("/srv/data"));
}

#[test]
fn unknown_keys_are_errors_that_name_the_key() {
    let error = load(&[("PROSCENIUM_CATALOG__PROCESING_INTERVAL", "5s")]).expect_err("misspelt");
    assert!(error.to_string().contains("PROSCENIUM_CATALOG__PROCESING_INTERVAL"), "{error}");

    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("site.toml");
    std::fs::write(&file, "[catalog]\nprocesing_interval = \"5s\"\n").expect("write");
    let error = Config::load(Sources { file: Some(file), ..Sources::default() }).expect_err("misspelt");
    assert!(error.to_string().contains("procesing_interval"), "{error}");
    load(&[("PROSCENIUM_BIN", "x"), ("PROSCENIUM_TEST_DATABASE_URL", "x")]).expect("not settings");
}

#[test]
fn malformed_values_say_what_was_expected() {
    for (key, value, wanted) in [
        ("PROSCENIUM_CATALOG__PROCESSING_INTERVAL", "5", "500ms"),
        ("PROSCENIUM_DEMO", "perhaps", "true or false"),
        ("PROSCENIUM_DATABASE__APP_CONNECTIONS", "-1", "a whole number"),
        ("PROSCENIUM_LISTEN", "7007", "listen"),
        ("PROSCENIUM_DOMAIN", "http://x/", "without scheme"),
        ("DATABASE_URL", "mysql://x", "postgres://"),
    ] {
        let error = load(&[(key, value)]).expect_err("malformed").to_string();
        assert!(error.to_lowercase().contains(wanted), "{key}: {error}");
    }
}

#[test]
fn no_secret_can_be_printed() {
    let config = load(&[
        ("DATABASE_URL", "postgres://owner:hunter2@db.example/proscenium"),
        ("PROSCENIUM_DATABASE__APP_URL", "postgres:///x?host=/run&password=hunter2"),
        ("REDIS_URL", "redis://:hunter2@cache.example"),
        ("PROSCENIUM_S3__SECRET_KEY", "hunter2"),
        ("PROSCENIUM_SMTP__URL", "smtp://portal:hunter2@mail.example:587?tls=required"),
        ("PROSCENIUM_INTERNAL__KEY", "hunter2"),
        ("PROSCENIUM_INTERNAL__MASTER_KEY", "hunter2"),
    ])
    .expect("valid");
    let printed = config.redacted().expect("printable");
    assert!(printed.contains("postgres://owner:***@db.example/proscenium"), "{printed}");
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn what_is_printed_can_be_loaded_again() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("printed.toml");
    std::fs::write(&file, load(&[]).expect("defaults").redacted().expect("printable")).expect("write");
    Config::load(Sources { file: Some(file), ..Sources::default() }).expect("valid");
}
