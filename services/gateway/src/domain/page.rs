//! What is written into the portal's `index.html`, and the few pages that the gateway writes itself.

use serde_json::Value;

/// Where the build leaves room for the configuration.
const PLACE: &str = "<!--APP_CONFIG-->";

/// The portal's page with its title and its configuration: the platform's own, and before it, so that it wins, what
/// plugins say to browsers (`{context, data}`).
///
/// `data` may hold any text an organisation chose: in JSON inside a script only `<` could end the script early
/// (HTML §13.2.5.4), so each becomes `\u003c`, which JSON reads back as the same character.
#[must_use]
pub fn inject(index: &str, title: &str, plugins: &[Value], data: &Value) -> String {
    let own = serde_json::json!({ "context": "proscenium", "data": data });
    let config = Value::Array(plugins.iter().cloned().chain([own]).collect());
    let script = format!("<script type=\"backstage.io/config\">{}</script>", script_safe(&config.to_string()));
    let page = match (index.find(PLACE), index.find("</head>")) {
        (Some(at), _) => [&index[..at], &script, &index[at + PLACE.len()..]].concat(),
        (None, Some(at)) => [&index[..at], &script, &index[at..]].concat(),
        (None, None) => [&script, index].concat(),
    };
    with_title(&page, title)
}

fn script_safe(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn with_title(page: &str, title: &str) -> String {
    let title = format!("<title>{}</title>", escape(title));
    // The search ends at the head: the configuration has no `<` and so cannot hold a title of its own.
    match (page.find("<title>"), page.find("</title>")) {
        (Some(from), Some(to)) if from < to => [&page[..from], &title, &page[to + "</title>".len()..]].concat(),
        _ => page.replacen("</head>", &format!("{title}</head>"), 1),
    }
}

/// Text as HTML content or a quoted attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A small page of our own: what happened, and where to go instead.
#[must_use]
pub fn notice(title: &str, text: &str, link: Option<(&str, &str)>) -> String {
    let (title, text) = (escape(title), escape(text));
    let link = link.map(|(href, label)| format!("<p><a href=\"{}\">{}</a></p>", escape(href), escape(label)));
    let link = link.unwrap_or_default();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"icon\" href=\"data:,\"><title>{title}</title>\
         <style>{NOTICE_STYLE}</style></head><body><main><h1>{title}</h1><p>{text}</p>{link}</main></body></html>\n"
    )
}

const NOTICE_STYLE: &str = ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;\
place-items:center;font:16px/1.5 system-ui,sans-serif}main{max-width:32rem;padding:2rem}h1{font-size:1.5rem;\
font-weight:600;margin:0 0 .5rem}p{margin:.5rem 0}a{color:inherit}";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    const INDEX: &str =
        "<!doctype html><html><head><title>Proscenium</title><!--APP_CONFIG--></head><body></body></html>";

    fn config_of(page: &str) -> Value {
        let opening = "<script type=\"backstage.io/config\">";
        let from = page.find(opening).unwrap() + opening.len();
        let to = from + page[from..].find("</script>").unwrap();
        serde_json::from_str(&page[from..to]).unwrap()
    }

    #[test]
    fn a_name_that_would_end_the_script_stays_text() {
        let name = "</script><script>alert(1)</script><!--<script> \u{2028} \" ' & <title>x</title>";
        let page = inject(INDEX, name, &[], &json!({ "organization": { "name": name } }));
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert_eq!(page.matches("</script>").count(), 1);
        assert_eq!(page.matches("<title>").count(), 1);
        assert_eq!(page.matches("<!--").count(), 0);
        assert_eq!(config_of(&page), json!([{"context": "proscenium", "data": {"organization": {"name": name}}}]));
    }

    #[test]
    fn what_plugins_say_stands_before_the_platforms_own() {
        let plugin = json!({ "context": "plugin:stage", "data": { "stage": { "text": "</script><b>" } } });
        let page = inject(INDEX, "Acme", std::slice::from_ref(&plugin), &json!({"a": 1}));
        assert_eq!(page.matches("</script>").count(), 1, "{page}");
        assert_eq!(config_of(&page), json!([plugin, {"context": "proscenium", "data": {"a": 1}}]));
    }

    #[test]
    fn a_build_without_the_marker_still_gets_its_configuration() {
        let page = inject("<html><head></head><body></body></html>", "Acme", &[], &json!({"a": 1}));
        assert!(page.contains("<title>Acme</title></head>"), "{page}");
        assert_eq!(config_of(&page)[0]["data"]["a"], 1);
    }

    #[test]
    fn our_own_pages_escape_what_they_are_given() {
        let page = notice("<b>", "a & b", Some(("javascript:\"", "'x'")));
        assert!(page.contains("<h1>&lt;b&gt;</h1><p>a &amp; b</p>"));
        assert!(page.contains("href=\"javascript:&quot;\">&#39;x&#39;</a>"));
    }
}
