//! Lines of CSV (RFC 4180) that no spreadsheet takes for a formula.

/// One line with its end. Every field is quoted; one that a spreadsheet would compute gets an apostrophe in front
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
pub fn line<S: AsRef<str>>(fields: &[S]) -> String {
    let mut text = String::new();
    for (place, field) in fields.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push('"');
        let field = field.as_ref();
        if is_formula(field) {
            text.push('\'');
        }
        for c in field.chars() {
            match c {
                '"' => text.push_str("\"\""),
                // A field that spans lines is a new row for many a reader.
                '\r' | '\n' | '\0' => text.push(' '),
                c => text.push(c),
            }
        }
        text.push('"');
    }
    text.push_str("\r\n");
    text
}

/// Spreadsheets compute what begins with one of these, some also their full-width forms, and behind space.
fn is_formula(field: &str) -> bool {
    if field.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    field.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠'])
}
