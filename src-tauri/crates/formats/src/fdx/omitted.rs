//! Omitted scenes: inside of the heading that is left of them in the file, boneyard in the text.
//!
//! ```text
//! <Paragraph Number="2" Type="Scene Heading">          .OMITTED #2#
//!   <Text>OMITTED</Text>
//!   <OmittedScene>                                     /* omitted
//!     <Paragraph Type="Scene Heading">...              INT. CABIN - NIGHT
//!   </OmittedScene>                                    */
//! </Paragraph>
//! ```
//!
//! A boneyard that the paragraphs alone would not give back to the letter stands beside them in an
//! instruction, which counts as long as it says the same as they do. What they can't hold at all is
//! a cut like any other. An omitted scene that was not touched stays byte for byte; one that was
//! edited is written anew, without the looks that its letters had.

use std::{fmt::Write as _, ops::Range};

use inkstone_manuscript::{
    board::{omission, omitted_scene},
    fountain::is_omitted,
};
use roxmltree::Node;

use super::{
    base::Base,
    emit::{self, Wanted},
    merge::Merge,
    source::{Owner, Source, own, unescaped},
    xml,
};
use crate::script::{self, Block, Kind, Piece, plain_text};

/// What becomes of the scene that a heading omits.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Omitted {
    /// There is none.
    #[default]
    Gone,
    /// It stays as the file has it.
    Kept,
    /// The element that holds it from now on.
    New(String),
}

/// The boneyard that an `<OmittedScene>` is in the text; `None` where no scene is in it.
pub(super) fn boneyard(node: Node) -> Option<String> {
    let scene = Base::of(&Source::inside(node)).text;
    let made = omission(&scene);
    omitted_scene(&made)?;
    let said = own(node, "omitted").map(unescaped);
    let same =
        |raw: &String| omitted_scene(raw).is_some_and(|scene| normal(&scene) == scene_of(&made));
    Some(said.filter(same).unwrap_or(made))
}

/// The scene of a boneyard that was just made.
fn scene_of(made: &str) -> String {
    omitted_scene(made)
        .as_deref()
        .map(normal)
        .unwrap_or_default()
}

fn normal(text: &str) -> String {
    script::write(&script::read(text)).text
}

/// The element that a boneyard becomes, if that gives it back.
fn element(raw: &str, indent: &str) -> Option<String> {
    let scene = omitted_scene(raw)?;
    let blocks = script::read(&scene);
    let inner = format!("{indent}  ");
    let mut body = String::new();
    let mut at = 0;
    while let Some(block) = blocks.get(at) {
        if block.kind == Kind::Hidden || block.kind == Kind::PageBreak {
            let cut = match block.kind {
                Kind::PageBreak => "page-break".to_owned(),
                _ => {
                    let tight = if block.tight { "tight " } else { "" };
                    format!("cut {tight}{}", emit::data(&plain(block)))
                }
            };
            let _ = write!(body, "{inner}<?inkstone {cut}?>");
            at += 1;
            continue;
        }
        let wanted = Wanted {
            blocks: vec![block],
            page_break: false,
            revision: None,
            apart: emit::stands_apart(block, at.checked_sub(1).map(|at| &blocks[at])),
            dual: block.dual,
            color: None,
            omitted: Omitted::Gone,
            indent: format!("{inner}  "),
        };
        let mut made = emit::fresh(&wanted);
        for (_, note) in std::mem::take(&mut made.notes) {
            let cut = format!("<?inkstone cut {}?>", emit::data(&note));
            made.xml = made.xml.replacen(emit::NOTE, &cut, 1);
        }
        body.push_str(&inner);
        body.push_str(&made.xml);
        at += 1;
    }
    let whole = |first: &str| format!("<OmittedScene>{first}{body}{indent}</OmittedScene>");
    let gives = |element: &str| {
        let document = xml::parse(element).ok()?;
        boneyard(document.root_element())
    };
    let plain = whole("");
    if gives(&plain)? == raw {
        return Some(plain);
    }
    let said = whole(&format!("{inner}<?inkstone omitted {}?>", emit::data(raw)));
    (gives(&said)? == raw).then_some(said)
}

fn plain(block: &Block) -> String {
    block
        .content
        .iter()
        .map(|piece| piece.text.as_str())
        .collect()
}

/// The block that a boneyard is.
pub(super) fn block(raw: String) -> Block {
    let piece = Piece {
        hidden: true,
        ..Piece::plain(raw)
    };
    Block::new(Kind::Hidden, vec![piece])
}

fn hides_scene(block: &Block) -> bool {
    block.kind == Kind::Hidden && block.content.len() == 1 && omitted_scene(&plain(block)).is_some()
}

impl Merge<'_, '_> {
    /// Whether a block is the scene that the heading before it omits.
    pub(super) fn is_omission(&self, heading: usize, at: usize, home: Option<usize>) -> bool {
        let block = self.now[at].block;
        if block.tight || !hides_scene(block) {
            return false;
        }
        match self.owner(at) {
            Some(Owner::Paragraph(paragraph)) => {
                home == Some(paragraph) && !self.written[paragraph]
            }
            Some(_) => false,
            None => {
                let says = &self.now[heading].block.content;
                is_omitted(plain_text(says).trim()) && element(&plain(block), "").is_some()
            }
        }
    }

    /// What becomes of the scene that a heading omits, of the blocks of one paragraph.
    pub(super) fn omission(&self, at: Range<usize>, home: Option<usize>, indent: &str) -> Omitted {
        let last = at.end - 1;
        let now = &self.now[last];
        if self.now[at.start].block.kind == Kind::Heading
            && last > at.start
            && hides_scene(now.block)
        {
            if now.old.is_some_and(|(_, same)| same) {
                return Omitted::Kept;
            }
            return element(&plain(now.block), indent).map_or(Omitted::Kept, Omitted::New);
        }
        // One that the text never had stays with its heading.
        let had = home.is_some_and(|home| {
            let blocks = &self.of_paragraph[home];
            blocks
                .iter()
                .any(|&old| hides_scene(&self.base.blocks[old]))
        });
        if had { Omitted::Gone } else { Omitted::Kept }
    }
}
