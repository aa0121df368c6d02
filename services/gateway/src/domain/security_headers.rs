//! Headers that tell browsers what our pages may do.

/// The content security policy of every page, one reason per exception:
///
/// - `script-src 'unsafe-eval'`: the scaffolder's form validation (ajv, through rjsf) compiles JSON Schemas to
///   functions, and module federation's runtime evaluates remote entries it was given as text. Inline scripts stay
///   forbidden; the injected configuration is data (`type="backstage.io/config"`), which the policy does not run.
/// - `style-src 'unsafe-inline'`: Material UI (JSS, emotion) writes `<style>` elements at run time.
/// - `img-src data: https:`: avatars and logos of entities point anywhere; icons in CSS are data URLs.
/// - `worker-src blob:`: the code editor and syntax highlighter start workers from blobs.
/// - `frame-ancestors 'self'`: TechDocs and previews are framed by the portal itself, and by nobody else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; worker-src 'self' blob:; object-src 'none'; \
    base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

/// For answers of APIs, which a browser might be talked into showing as a page: nothing in them runs or loads.
/// Inline styles and data images stay allowed, for SVG badges opened by themselves.
pub const DATA_CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/// Sent with every answer.
pub const ALWAYS: [(&str, &str); 2] = [("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin")];
