//! What the lines of a title page are.

/// A paragraph of an FDX title page.
pub(super) struct Line {
    pub text: String,
    /// `Left`, `Center`, `Right` or nothing.
    pub alignment: String,
    /// The key, where we wrote it ourselves.
    pub key: Option<String>,
}

/// The key of each line that says something. Final Draft knows no keys: what stands in the middle
/// is the title, until a line such as "written by" makes the next ones authors; what stands on the
/// left is the contact, on the right the draft.
pub(super) fn keys(lines: &[Line]) -> Vec<Option<String>> {
    let mut centered = "Title";
    lines
        .iter()
        .map(|line| {
            if let Some(key) = &line.key {
                return Some(key.clone());
            }
            let text = line.text.trim();
            if text.is_empty() {
                return None;
            }
            let key = match line.alignment.as_str() {
                "Center" | "Centered" if is_credit(text) => {
                    centered = "Author";
                    "Credit"
                }
                "Center" | "Centered" if is_source(text) => "Source",
                "Center" | "Centered" => centered,
                "Right" => "Draft date",
                _ if is_copyright(text) => "Copyright",
                _ => "Contact",
            };
            Some(key.to_owned())
        })
        .collect()
}

fn is_credit(text: &str) -> bool {
    let text = text.to_lowercase();
    let text = text.trim_end_matches([':', '：']);
    text == "by"
        || (text.ends_with(" by") && text.len() <= 40 && !text.starts_with("based"))
        || ["编剧", "作者", "文", "编剧/导演"].contains(&text)
}

fn is_source(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "based on",
        "based upon",
        "from the",
        "adapted from",
        "inspired by",
    ]
    .iter()
    .any(|start| lower.starts_with(start))
        || text.starts_with("改编自")
        || text.starts_with("根据")
}

fn is_copyright(text: &str) -> bool {
    text.contains('©') || text.to_lowercase().starts_with("copyright")
}
