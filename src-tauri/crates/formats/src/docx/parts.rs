//! The parts of a DOCX file that are the same for every document.

use inkstone_manuscript::Language;

use crate::paper::escaped;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Names of the schemas that parts are written in.
pub(super) const MAIN: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

pub(super) fn part(content: &str) -> String {
    format!("{HEAD}{content}")
}

/// What each part is.
pub(super) fn content_types(
    notes: bool,
    comments: bool,
    custom: bool,
    media: &[(String, Vec<u8>)],
) -> String {
    let mut out = format!(
        "<Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/word/document.xml\" ContentType=\"{TYPE}.document.main+xml\"/>\
         <Override PartName=\"/word/styles.xml\" ContentType=\"{TYPE}.styles+xml\"/>\
         <Override PartName=\"/word/settings.xml\" ContentType=\"{TYPE}.settings+xml\"/>\
         <Override PartName=\"/word/numbering.xml\" ContentType=\"{TYPE}.numbering+xml\"/>\
         <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
    );
    for (ending, kind) in [("png", "png"), ("jpg", "jpeg"), ("gif", "gif")] {
        if media.iter().any(|(file, _)| file.ends_with(ending)) {
            out.push_str(&format!(
                "<Default Extension=\"{ending}\" ContentType=\"image/{kind}\"/>"
            ));
        }
    }
    if notes {
        out.push_str(&format!(
            "<Override PartName=\"/word/footnotes.xml\" ContentType=\"{TYPE}.footnotes+xml\"/>"
        ));
    }
    if comments {
        out.push_str(&format!(
            "<Override PartName=\"/word/comments.xml\" ContentType=\"{TYPE}.comments+xml\"/>"
        ));
    }
    if custom {
        out.push_str("<Override PartName=\"/docProps/custom.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.custom-properties+xml\"/>");
    }
    part(&format!("{out}</Types>"))
}

/// What the package begins with.
pub(super) fn package_rels(custom: bool) -> String {
    let mut out = format!(
        "<Relationships xmlns=\"{PACKAGE}/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"word/document.xml\"/>\
         <Relationship Id=\"rId2\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>"
    );
    if custom {
        out.push_str(&format!(
            "<Relationship Id=\"rId3\" Type=\"{OFFICE}/custom-properties\" Target=\"docProps/custom.xml\"/>"
        ));
    }
    part(&format!("{out}</Relationships>"))
}

/// What a part leads to: other parts by their kind, links and pictures, by their ids.
pub(super) fn rels(
    parts: &[(&str, &str)],
    links: &[String],
    pictures: &[(usize, String)],
) -> String {
    let mut out = format!("<Relationships xmlns=\"{PACKAGE}/relationships\">");
    for (id, target) in parts {
        out.push_str(&format!(
            "<Relationship Id=\"{id}\" Type=\"{OFFICE}/{id}\" Target=\"{target}\"/>"
        ));
    }
    for (number, link) in (1..).zip(links) {
        out.push_str(&format!(
            "<Relationship Id=\"link{number}\" Type=\"{OFFICE}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
            escaped(link)
        ));
    }
    for (number, target) in pictures {
        out.push_str(&format!(
            "<Relationship Id=\"image{number}\" Type=\"{OFFICE}/image\" Target=\"{target}\"/>"
        ));
    }
    part(&format!("{out}</Relationships>"))
}

const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006";

/// A picture in a line: the number of the drawing and that of the picture's file, its width and
/// height, and what it shows.
pub(super) fn drawing(id: usize, file: usize, (width, height): (u64, u64), alt: &str) -> String {
    let alt = escaped(alt);
    format!(
        "<w:r><w:drawing><wp:inline xmlns:wp=\"{DRAWING}/wordprocessingDrawing\" distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
         <wp:extent cx=\"{width}\" cy=\"{height}\"/><wp:docPr id=\"{id}\" name=\"Picture {id}\" descr=\"{alt}\"/>\
         <a:graphic xmlns:a=\"{DRAWING}/main\"><a:graphicData uri=\"{DRAWING}/picture\">\
         <pic:pic xmlns:pic=\"{DRAWING}/picture\"><pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"Picture {id}\" descr=\"{alt}\"/><pic:cNvPicPr/></pic:nvPicPr>\
         <pic:blipFill><a:blip r:embed=\"image{file}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
         <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr>\
         </pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
}

/// Title and language. Who wrote it and when is the person's to say.
pub(super) fn core(title: &str, language: Language) -> String {
    part(&format!(
        "<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
         <dc:title>{}</dc:title><dc:language>{}</dc:language></cp:coreProperties>",
        escaped(title),
        language.tag()
    ))
}

/// A value of the file's own metadata.
pub(super) fn custom(name: &str, value: &str) -> String {
    part(&format!(
        "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" \
         xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">\
         <property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"2\" name=\"{}\">\
         <vt:lpwstr>{}</vt:lpwstr></property></Properties>",
        escaped(name),
        escaped(value)
    ))
}

pub(super) fn settings(notes: bool) -> String {
    let notes = match notes {
        true => "<w:footnotePr><w:footnote w:id=\"-1\"/><w:footnote w:id=\"0\"/></w:footnotePr>",
        false => "",
    };
    part(&format!(
        "<w:settings {MAIN}><w:defaultTabStop w:val=\"720\"/>{notes}<w:compat>\
         <w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/>\
         </w:compat></w:settings>"
    ))
}

/// Lists: bullets are number 1, each numbered list has a number of its own with its first number.
pub(super) fn numbering(starts: &[u64]) -> String {
    let level = |format: &str, level: usize, text: &str| {
        let indent = 720 * (level + 1);
        format!(
            "<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/>\
             <w:lvlText w:val=\"{text}\"/><w:lvlJc w:val=\"left\"/>\
             <w:pPr><w:ind w:left=\"{indent}\" w:hanging=\"360\"/></w:pPr></w:lvl>"
        )
    };
    let mut out = format!("<w:numbering {MAIN}>");
    let bullets = ["\u{2022}", "\u{25e6}", "\u{25aa}"];
    out.push_str(
        "<w:abstractNum w:abstractNumId=\"0\"><w:multiLevelType w:val=\"hybridMultilevel\"/>",
    );
    for at in 0..9 {
        out.push_str(&level("bullet", at, bullets[at % bullets.len()]));
    }
    out.push_str("</w:abstractNum>");
    out.push_str(
        "<w:abstractNum w:abstractNumId=\"1\"><w:multiLevelType w:val=\"hybridMultilevel\"/>",
    );
    for at in 0..9 {
        out.push_str(&level("decimal", at, &format!("%{}.", at + 1)));
    }
    out.push_str("</w:abstractNum>");
    out.push_str("<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>");
    for (number, start) in (2..).zip(starts) {
        out.push_str(&format!(
            "<w:num w:numId=\"{number}\"><w:abstractNumId w:val=\"1\"/>"
        ));
        for at in 0..9 {
            out.push_str(&format!(
                "<w:lvlOverride w:ilvl=\"{at}\"><w:startOverride w:val=\"{start}\"/></w:lvlOverride>"
            ));
        }
        out.push_str("</w:num>");
    }
    part(&format!("{out}</w:numbering>"))
}

/// A style: its id, name, what it is based on, and what of paragraphs and letters it sets.
type Style = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const STYLES: [Style; 22] = [
    (
        "Title",
        "Title",
        "Normal",
        "<w:keepNext/><w:spacing w:before=\"0\" w:after=\"240\"/>",
        "<w:b/><w:bCs/><w:sz w:val=\"44\"/><w:szCs w:val=\"44\"/>",
    ),
    (
        "Heading1",
        "heading 1",
        "Normal",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"360\" w:after=\"120\"/><w:outlineLvl w:val=\"0\"/>",
        "<w:b/><w:bCs/><w:sz w:val=\"36\"/><w:szCs w:val=\"36\"/>",
    ),
    (
        "Heading2",
        "heading 2",
        "Normal",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"320\" w:after=\"100\"/><w:outlineLvl w:val=\"1\"/>",
        "<w:b/><w:bCs/><w:sz w:val=\"30\"/><w:szCs w:val=\"30\"/>",
    ),
    (
        "Heading3",
        "heading 3",
        "Normal",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"280\" w:after=\"80\"/><w:outlineLvl w:val=\"2\"/>",
        "<w:b/><w:bCs/><w:sz w:val=\"26\"/><w:szCs w:val=\"26\"/>",
    ),
    (
        "Heading4",
        "heading 4",
        "Normal",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"240\" w:after=\"80\"/><w:outlineLvl w:val=\"3\"/>",
        "<w:b/><w:bCs/>",
    ),
    (
        "Heading5",
        "heading 5",
        "Normal",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"240\" w:after=\"80\"/><w:outlineLvl w:val=\"4\"/>",
        "<w:b/><w:bCs/>",
    ),
    (
        "Heading6",
        "heading 6",
        "Normal",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"240\" w:after=\"80\"/><w:outlineLvl w:val=\"5\"/>",
        "<w:b/><w:bCs/>",
    ),
    (
        "Quote",
        "Quote",
        "Normal",
        "<w:pBdr><w:left w:val=\"single\" w:sz=\"12\" w:space=\"8\" w:color=\"BBBBBB\"/></w:pBdr><w:ind w:left=\"480\" w:right=\"480\"/>",
        "<w:color w:val=\"555555\"/>",
    ),
    (
        "Code",
        "Code",
        "Normal",
        "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F4F4F4\"/><w:spacing w:line=\"240\" w:lineRule=\"auto\"/>",
        "<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:cs=\"Courier New\"/><w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/>",
    ),
    (
        "ListParagraph",
        "List Paragraph",
        "Normal",
        "<w:contextualSpacing/>",
        "",
    ),
    (
        "Label",
        "Label",
        "Normal",
        "",
        "<w:color w:val=\"666666\"/><w:sz w:val=\"19\"/><w:szCs w:val=\"19\"/>",
    ),
    (
        "FootnoteText",
        "footnote text",
        "Normal",
        "<w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/>",
        "<w:sz w:val=\"19\"/><w:szCs w:val=\"19\"/>",
    ),
    (
        "Script",
        "Script",
        "Normal",
        "<w:spacing w:after=\"240\" w:line=\"240\" w:lineRule=\"auto\"/>",
        "<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:cs=\"Courier New\"/><w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/>",
    ),
    (
        "SceneHeading",
        "Scene Heading",
        "Script",
        "<w:keepNext/><w:spacing w:before=\"240\"/><w:outlineLvl w:val=\"0\"/>",
        "<w:b/><w:bCs/><w:caps/>",
    ),
    ("Action", "Action", "Script", "", ""),
    (
        "Character",
        "Character",
        "Script",
        "<w:keepNext/><w:spacing w:after=\"0\"/><w:ind w:left=\"3168\"/>",
        "<w:caps/>",
    ),
    (
        "Parenthetical",
        "Parenthetical",
        "Script",
        "<w:keepNext/><w:spacing w:after=\"0\"/><w:ind w:left=\"2304\" w:right=\"2304\"/>",
        "",
    ),
    (
        "Dialogue",
        "Dialogue",
        "Script",
        "<w:spacing w:after=\"0\"/><w:ind w:left=\"1440\" w:right=\"1440\"/>",
        "",
    ),
    (
        "Lyric",
        "Lyric",
        "Script",
        "<w:spacing w:after=\"0\"/><w:ind w:left=\"1440\" w:right=\"1440\"/>",
        "",
    ),
    (
        "Transition",
        "Transition",
        "Script",
        "<w:jc w:val=\"right\"/>",
        "<w:caps/>",
    ),
    (
        "Centered",
        "Centered",
        "Script",
        "<w:jc w:val=\"center\"/>",
        "",
    ),
    (
        "TitlePage",
        "Title Page",
        "Script",
        "<w:jc w:val=\"center\"/>",
        "",
    ),
];

pub(super) fn styles(language: Language) -> String {
    let mut out = format!(
        "<w:styles {MAIN}><w:docDefaults><w:rPrDefault><w:rPr>\
         <w:rFonts w:ascii=\"Cambria\" w:hAnsi=\"Cambria\" w:eastAsia=\"SimSun\" w:cs=\"Times New Roman\"/>\
         <w:sz w:val=\"23\"/><w:szCs w:val=\"23\"/>\
         <w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr><w:spacing w:after=\"{}\" w:line=\"300\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>\
         <w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/></w:style>\
         <w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>",
        match language {
            Language::English => 160,
            Language::Chinese => 120,
        }
    );
    for (id, name, based, paragraph, letters) in STYLES {
        out.push_str(&format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>\
             <w:basedOn w:val=\"{based}\"/><w:qFormat/>"
        ));
        if !paragraph.is_empty() {
            out.push_str(&format!("<w:pPr>{paragraph}</w:pPr>"));
        }
        if !letters.is_empty() {
            out.push_str(&format!("<w:rPr>{letters}</w:rPr>"));
        }
        out.push_str("</w:style>");
    }
    out.push_str(
        "<w:style w:type=\"character\" w:styleId=\"Hyperlink\"><w:name w:val=\"Hyperlink\"/><w:rPr><w:color w:val=\"1A4F8B\"/><w:u w:val=\"single\"/></w:rPr></w:style>\
         <w:style w:type=\"character\" w:styleId=\"FootnoteReference\"><w:name w:val=\"footnote reference\"/><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr></w:style>\
         <w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:basedOn w:val=\"TableNormal\"/><w:pPr><w:spacing w:after=\"0\"/></w:pPr><w:tblPr><w:tblBorders>",
    );
    for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
        out.push_str(&format!(
            "<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"BBBBBB\"/>"
        ));
    }
    out.push_str("</w:tblBorders></w:tblPr></w:style></w:styles>");
    part(&out)
}
