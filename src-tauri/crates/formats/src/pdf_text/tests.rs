use proptest::prelude::*;

use super::*;

/// A PDF with these lines (column, text) on one page, twelve points apart.
fn page(lines: &[(usize, &str)]) -> Vec<u8> {
    let mut content = String::from("BT /F1 12 Tf\n");
    for (row, (column, text)) in lines.iter().enumerate() {
        if text.is_empty() {
            continue;
        }
        let x = 72.0 * 1.5 + *column as f64 * COLUMN;
        let y = 720.0 - row as f64 * 12.0;
        let text = text.replace('(', "\\(").replace(')', "\\)");
        content.push_str(&format!("1 0 0 1 {x} {y} Tm ({text}) Tj\n"));
    }
    content.push_str("ET");
    file(
        &content,
        "<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
        "",
    )
}

fn file(content: &str, font: &str, more: &str) -> Vec<u8> {
    format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
         2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F1 4 0 R>>>>>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/Contents 5 0 R>>endobj\n\
         4 0 obj{font}endobj\n\
         5 0 obj<</Length {}>>stream\n{content}\nendstream endobj\n{more}\
         trailer<</Root 1 0 R>>\n%%EOF",
        content.len()
    )
    .into_bytes()
}

#[test]
fn a_script_page_becomes_a_script() {
    let bytes = page(&[
        (0, "EXT. QUAY - NIGHT"),
        (0, ""),
        (0, "Rain on the planks. MARA counts the"),
        (0, "lamps across the water."),
        (0, ""),
        (22, "MARA"),
        (15, "(to nobody)"),
        (10, "You are late again and you"),
        (10, "know it."),
        (0, ""),
        (42, "CUT TO:"),
    ]);
    let read = read(&bytes).unwrap();
    assert_eq!(
        read.text,
        "EXT. QUAY - NIGHT\n\nRain on the planks. MARA counts the lamps across the water.\n\n\
         MARA\n(to nobody)\nYou are late again and you know it.\n\nCUT TO:\n"
    );
    assert_eq!(read.report.format, "pdf");
}

#[test]
fn chinese_is_read_through_the_fonts_own_map() {
    let map = "1 beginbfchar <0001> <7B2C> endbfchar 1 beginbfrange <0002> <0003> [<4E00> <573A>] <0010> <0012> <96E8> endbfrange";
    let font = "<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</DW 1000>>]/ToUnicode 6 0 R>>";
    let more = format!(
        "6 0 obj<</Length {}>>stream\n{map}\nendstream endobj\n",
        map.len()
    );
    let content = "BT /F1 12 Tf 72 700 Td [<00010002> 0 <0003>] TJ 0 -20 Td <001000110012> Tj ET";
    assert_eq!(
        text(&file(content, font, &more)).unwrap(),
        "          第一场\n          雨雩雪\n"
    );
    // Without the map nobody knows.
    let font = font.replace("/ToUnicode 6 0 R", "");
    assert!(text(&file(content, &font, "")).is_err());
}

#[test]
fn what_has_no_text_says_why() {
    let detail = |bytes: &[u8]| text(bytes).unwrap_err().to_string();
    assert!(detail(b"no pdf").contains("does not begin"));
    assert!(detail(&page(&[])).contains("scan"));
    let mut secret = page(&[(0, "x")]);
    secret.extend(b"\ntrailer<</Encrypt 9 0 R>>");
    assert!(detail(&secret).contains("encrypted"));
}

#[test]
fn hostile_files_end_in_time() {
    let nested = format!("%PDF-1.4\n1 0 obj{}", "[".repeat(2_000_000));
    assert!(text(nested.as_bytes()).is_err());
    let circle = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[2 0 R 2 0 R]>>endobj 3 0 obj 4 0 R endobj 4 0 obj 3 0 R endobj";
    assert!(text(circle).is_err());
    let form = "/X Do";
    let more = format!(
        "6 0 obj<</Subtype/Form/Resources<</XObject<</X 6 0 R>>>>/Length {}>>stream\n/X Do /X Do\nendstream endobj\n",
        11
    );
    let font = "<</Type/Font>>";
    assert!(text(&file(form, font, &more)).is_err());
}

proptest! {
    #[test]
    fn any_bytes_give_text_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = text(&bytes);
        let _ = text(&[b"%PDF-1.7\n", bytes.as_slice()].concat());
    }

    #[test]
    fn a_damaged_page_gives_text_or_an_error(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = page(&[(0, "EXT. QUAY - NIGHT"), (0, ""), (22, "MARA"), (10, "Late.")]);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = text(&bytes);
        let _ = text(&bytes[..at]);
    }
}
