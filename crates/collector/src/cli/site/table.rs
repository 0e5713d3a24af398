//! A site's keys as a table, one dialect a line. Knows no site.

use corvee_protocol::site::KeySpelling;

/// The table, indented by two spaces; the secrets' column only where there are secrets.
pub(super) fn keys(keys: &[KeySpelling]) -> String {
    let with_secrets = keys.iter().any(|key| key.secret.is_some());
    let line = |cells: [&str; 5]| {
        let [dialect, sitekey, secret, script, siteverify] = cells;
        let secret = if with_secrets { format!("  {secret:42}") } else { String::new() };
        format!("  {dialect:9}  {sitekey:40}{secret}  {script:20}  {siteverify}")
    };
    let head = line(["dialect", "site key (page)", "secret (server)", "script", "check"]);
    let rows = keys.iter().map(|key| {
        let secret = key.secret.as_deref().unwrap_or_default();
        line([key.dialect.as_str(), key.sitekey.as_str(), secret, &key.script, &key.siteverify])
    });
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::spelling;

    #[test]
    fn every_dialect_has_a_line_and_its_columns_stand_below_each_other() {
        let first = "A".repeat(40).parse().unwrap();
        for secret in [None, Some("B".repeat(40))] {
            let table = keys(&spelling::keys(&first, secret.as_deref()));
            let lines: Vec<&str> = table.lines().collect();
            assert_eq!(lines.len(), 5, "{table}");
            let script = lines[0].find("script").unwrap();
            for (line, path) in
                lines[1..].iter().zip(["/api.js", "/recaptcha/api.js", "/1/api.js", "/turnstile/v0/api.js"])
            {
                assert_eq!(line.find(path), Some(script), "{table}");
            }
            assert_eq!(table.contains("secret"), secret.is_some(), "{table}");
        }
    }
}
