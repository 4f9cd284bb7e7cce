//! What an archive has for readers: a page that leads through it, and ads as a table.

use std::fmt::Write as _;

use inkstone_library::{ArchivedDocument, ArchivedProject, ArchivedText, Moment, Views};
use inkstone_manuscript::{DocumentKind, Language};

use crate::{Studio, drafts::csv};

/// The views, in the language of who exports.
pub(super) struct Pages(pub(super) Language);

impl Views for Pages {
    fn of_draft(&self, draft: &ArchivedText<'_>) -> Vec<(&'static str, Vec<u8>)> {
        if draft.kind != DocumentKind::Ads || draft.body.is_empty() {
            return Vec::new();
        }
        // A brief that can't be read leaves the text without a table, which is no loss.
        let table = Studio::brief(draft.kind, draft.language, draft.fields)
            .and_then(|brief| csv(draft.body, &brief, draft.title));
        table.map_or_else(|_| Vec::new(), |table| vec![("csv", table.into_bytes())])
    }

    fn index(&self, projects: &[ArchivedProject]) -> Vec<(&'static str, Vec<u8>)> {
        vec![("index.html", page(projects, Words(self.0)).into_bytes())]
    }
}

#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    fn pick(self, english: &'static str, chinese: &'static str) -> &'static str {
        match self.0 {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }

    fn kind(self, kind: DocumentKind) -> &'static str {
        match kind {
            DocumentKind::News => self.pick("News", "新闻"),
            DocumentKind::Ads => self.pick("Ads", "广告"),
            DocumentKind::Screenplay => self.pick("Screenplay", "剧本"),
        }
    }

    fn counts(self, document: &ArchivedDocument) -> String {
        let (nodes, calls) = (document.nodes, document.generations);
        match self.0 {
            Language::English => format!("{nodes} in the history, {calls} by models"),
            Language::Chinese => format!("历史 {nodes} 条，模型生成 {calls} 次"),
        }
    }

    fn characters(self, count: u32) -> String {
        match self.0 {
            Language::English if count == 1 => "1 character".to_owned(),
            Language::English => format!("{count} characters"),
            Language::Chinese => format!("{count} 字"),
        }
    }
}

fn page(projects: &[ArchivedProject], words: Words) -> String {
    let title = words.pick("Inkstone library", "Inkstone 文稿库");
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{}</p>\n",
        words.0.tag(),
        words.pick(
            "Each draft is a plain text file; beside it stand its title and brief. The folder \
             <code>record</code> holds its history. To bring all of it back, choose this folder in \
             Inkstone under Settings, Library, Bring back from files. Texts and briefs may be \
             changed before; the rest has to stay as it is.",
            "每份稿件是一个纯文本文件，旁边的同名文件是标题和写作要求，record 文件夹里是全部历史。\
             如需取回，请在 Inkstone 的“设置 › 文稿库”中选“从文件取回”，再选这个文件夹。\
             文本和写作要求可以先改，其余文件请勿改动。",
        ),
    );
    let bin = words.pick("in the bin", "在回收站中");
    let mark = |deleted: Option<i64>| match deleted {
        Some(_) => format!(" <small>{bin}</small>"),
        None => String::new(),
    };
    for project in projects {
        let _ = writeln!(
            out,
            "<h2 lang=\"{}\">{}{}</h2>",
            project.language.tag(),
            escaped(&project.name),
            mark(project.deleted_at)
        );
        out.push_str("<ul>\n");
        for document in &project.documents {
            let title = match document.title.trim() {
                "" => words.pick("Untitled", "无标题"),
                title => title,
            };
            let _ = writeln!(
                out,
                "<li><b lang=\"{}\">{}</b>{} <small>{} · {}</small>\n<ul>",
                document.language.tag(),
                escaped(title),
                mark(document.deleted_at),
                words.kind(document.kind),
                words.counts(document)
            );
            for draft in &document.drafts {
                let name = match draft.name.as_str() {
                    "main" => words.pick("Main draft", "主稿"),
                    name => name,
                };
                let _ = write!(
                    out,
                    "<li><a href=\"{}\">{}</a>{} <small>{} · {}</small>",
                    link(&draft.path),
                    escaped(name),
                    mark(draft.deleted_at),
                    words.characters(draft.characters),
                    Moment::of(draft.updated_at)
                );
                for view in &draft.views {
                    let ending = view.rsplit('.').next().unwrap_or_default().to_uppercase();
                    let _ = write!(out, " <a href=\"{}\">{ending}</a>", link(view));
                }
                out.push_str("</li>\n");
            }
            out.push_str("</ul></li>\n");
        }
        for (path, name) in &project.assets {
            let _ = writeln!(
                out,
                "<li><a href=\"{}\">{}</a></li>",
                link(path),
                escaped(name)
            );
        }
        out.push_str("</ul>\n");
    }
    out.push_str("</body>\n</html>\n");
    out
}

const STYLE: &str = "body{max-width:46rem;margin:3rem auto;padding:0 1rem;font:16px/1.6 serif;\
    color:#222;background:#fff}small{color:#666}li{margin:.3rem 0}a{color:#1a4f8b}\
    @media (prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}small{color:#999}\
    a{color:#8ab4e8}}";

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A path as a link: all that is not plain in percents (RFC 3986).
fn link(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_title_or_a_path_becomes_markup() {
        let projects = [ArchivedProject {
            name: "<script>alert(1)</script>".to_owned(),
            language: Language::Chinese,
            deleted_at: Some(1),
            documents: Vec::new(),
            assets: vec![("projects/a b/\"x\".png".to_owned(), "'\"&".to_owned())],
        }];
        for language in Language::ALL {
            let page = page(&projects, Words(language));
            assert!(!page.contains("<script"), "{page}");
            assert!(
                page.contains("href=\"projects/a%20b/%22x%22.png\">&#39;&quot;&amp;<"),
                "{page}"
            );
            assert!(page.contains(&format!("<html lang=\"{}\">", language.tag())));
        }
    }
}
