use crate::{Output, Task, registry::Desk};
use inkstone_manuscript::Language;
pub(crate) const DESK: Desk = Desk {
    tasks: &[],
    parse,
    check: |_, _| Vec::new(),
};
fn parse(_: &Task, _: Language, raw: &str) -> Output {
    Output {
        title: None,
        text: raw.to_owned(),
    }
}
