//! Text out of PDF: any bytes end in a script or in an error.

use inkstone_formats::pdf_text;

/// The bytes are a file.
pub fn check(data: &[u8]) {
    if let Ok(found) = pdf_text::read(data) {
        assert!(found.text.len() < 64 << 20);
    }
}

/// What gives a file its meaning.
pub const TYPED: &[&str] = &[
    "obj",
    "endobj",
    "stream\n",
    "endstream",
    "<<",
    ">>",
    "[",
    "]",
    "(",
    ")",
    "/Type",
    "/Page",
    "/Pages",
    "/Kids",
    "/Count",
    "/Contents",
    "/Length",
    "/Filter",
    "/FlateDecode",
    "/ASCII85Decode",
    "/ASCIIHexDecode",
    "/LZWDecode",
    "/Resources",
    "/Font",
    "/ToUnicode",
    "/Encoding",
    "/Differences",
    "/Parent",
    " 0 R",
    "3 0 R",
    "1 0 obj",
    "5 0 obj",
    "xref",
    "trailer",
    "startxref",
    "BT",
    "ET",
    "Tf",
    "Tj",
    "TJ",
    "Tm",
    "Td",
    "T*",
    "q",
    "Q",
    "cm",
    "Do",
    "'",
    "\"",
    "<4142>",
    "\\",
    "-1",
    "0",
    "99999999999",
    "/ObjStm",
    "/XRef",
    "/W",
    "/Predictor",
    "beginbfchar",
    "endbfchar",
    "beginbfrange",
    "endbfrange",
    "begincodespacerange",
    "endcodespacerange",
    "%PDF-1.4\n",
    "%%EOF",
    "\n",
    " ",
];

/// Files to begin with.
pub const SEEDS: &[&str] = &[
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F1 4 0 R>>>>>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/Contents 5 0 R>>endobj\n4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Courier>>endobj\n5 0 obj<</Length 90>>stream\nBT /F1 12 Tf 1 0 0 1 108 720 Tm (EXT. QUAY - NIGHT) Tj 0 -24 Td [(Ra)-20(in.)] TJ T* (MARA) ' ET\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    "%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/Contents[5 0 R]/Resources<</Font<</F1 4 0 R>>/XObject<</X 7 0 R>>>>>>endobj\n4 0 obj<</Type/Font/Subtype/Type0/ToUnicode 6 0 R/Encoding/Identity-H/DescendantFonts[<</Type/Font/W[0[500 600]]/DW 1000>>]>>endobj\n5 0 obj<</Length 60/Filter/ASCIIHexDecode>>stream\n4254202f463120313220546620282041290a546a204554>\nendstream endobj\n6 0 obj<</Length 120>>stream\n1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0001> <0010> <4e00> endbfrange 1 beginbfchar <0020> <0041> endbfchar\nendstream endobj\n7 0 obj<</Type/XObject/Subtype/Form/Length 10>>stream\n/X Do\nendstream endobj\ntrailer<</Root 1 0 R>>",
];
