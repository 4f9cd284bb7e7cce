//! Text files of any age and system.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, KOI8_U, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
};

use crate::FormatError;

/// The largest text file that is read: 20 MB.
pub const MOST_BYTES: usize = 20_000_000;

/// Encodings that a person can choose, the likely ones first.
pub const OFFERED: &[&Encoding] = &[
    UTF_8,
    GB18030,
    BIG5,
    SHIFT_JIS,
    EUC_JP,
    EUC_KR,
    WINDOWS_1252,
    WINDOWS_1250,
    WINDOWS_1251,
    WINDOWS_1253,
    WINDOWS_1254,
    KOI8_U,
    UTF_16LE,
    UTF_16BE,
];

/// Bytes that are looked at to find out an encoding.
const SAMPLE: usize = 256 << 10;

/// Characters of a preview.
const PREVIEW: usize = 160;

/// The most common characters of simplified Chinese.
const SIMPLIFIED: &str = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运";
/// The most common characters of traditional Chinese.
const TRADITIONAL: &str = "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運";
/// Marks that Chinese and Japanese texts have, whatever they say.
const MARKS: &str = "，。、：；！？「」『』（）《》“”‘’…—　";
/// The most common syllables of Korean.
const KOREAN: &str = "이다는을에의가고하지도로한를은서기사어나있그리게자아들것수인시";

/// What was made of the bytes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark; line ends as they stand.
    pub text: String,
    /// The name of the encoding it was read in.
    pub encoding: &'static str,
    /// False where it was a guess that a person should look at.
    pub sure: bool,
}

/// A way to read bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The encoding's name.
    pub encoding: &'static str,
    /// How the text would begin, where it is not plain ASCII.
    pub preview: String,
}

/// Reads a text file as [`detect`] does.
///
/// # Errors
/// Those of [`detect`].
pub fn decode(bytes: &[u8]) -> Result<String, FormatError> {
    detect(bytes).map(|decoded| decoded.text)
}

/// Reads a text file: by its byte order mark, as UTF-8 where it is sound UTF-8, as UTF-16 where
/// every other byte says so, and else in the encoding of old that the bytes look like.
///
/// Bytes that are sound UTF-8 are read as that, even where they would be Chinese in GB18030 too:
/// a file of such characters alone is very short. Nearly any Western text is valid GB18030 as
/// well, so what decides is how common the characters are that each encoding would give, and for
/// the encodings of one byte what `chardetng` finds (the detector of Firefox). A short text of a
/// rare kind stays a guess, and [`Decoded::sure`] says so.
///
/// # Errors
/// [`FormatError::TooLarge`], [`FormatError::Binary`] for control characters (NUL above all),
/// [`FormatError::Encoding`] for broken text behind a byte order mark.
pub fn detect(bytes: &[u8]) -> Result<Decoded, FormatError> {
    fits(bytes)?;
    if Encoding::for_bom(bytes).is_some() {
        return decode_in(bytes, UTF_8);
    }
    if let Err(binary) = refuse_binary(bytes) {
        return wide(bytes).ok_or(binary);
    }
    let (encoding, sure) = match std::str::from_utf8(bytes) {
        Ok(_) => (UTF_8, true),
        Err(_) => legacy(bytes),
    };
    let text = encoding.decode_without_bom_handling(bytes).0.into_owned();
    refuse_binary(text.as_bytes())?;
    Ok(Decoded {
        text,
        encoding: encoding.name(),
        sure,
    })
}

/// Reads a text in an encoding that was named; a byte order mark names a better one. Bytes that
/// have no meaning in it become U+FFFD, and the result is no longer sure.
///
/// # Errors
/// Those of [`detect`].
pub fn decode_in(bytes: &[u8], encoding: &'static Encoding) -> Result<Decoded, FormatError> {
    fits(bytes)?;
    let (text, encoding, sure) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => {
            let text = encoding
                .decode_without_bom_handling_and_without_replacement(&bytes[mark..])
                .ok_or(FormatError::Encoding {
                    encoding: name(encoding),
                })?;
            (text.into_owned(), encoding, true)
        }
        None => {
            let (text, broken) = encoding.decode_without_bom_handling(bytes);
            (text.into_owned(), encoding, !broken)
        }
    };
    refuse_binary(text.as_bytes())?;
    Ok(Decoded {
        text,
        encoding: encoding.name(),
        sure,
    })
}

/// The encoding that a person means by a name (`gbk`, `Shift_JIS`, `latin1`), if there is one.
pub fn named(name: &str) -> Option<&'static Encoding> {
    let found = Encoding::for_label(name.trim().as_bytes())?;
    // The one includes the other.
    Some(if found == GBK { GB18030 } else { found })
}

/// As [`named`], for a name that was given.
///
/// # Errors
/// [`FormatError::NotThis`] for a name that names nothing.
pub(crate) fn chosen(name: &str) -> Result<&'static Encoding, FormatError> {
    named(name).ok_or_else(|| FormatError::NotThis {
        format: "text",
        detail: format!("no encoding is called {name}"),
    })
}

/// All the ways in which bytes can be read without a fault, with what would be seen, likely ones
/// first.
pub fn candidates(bytes: &[u8]) -> Vec<Candidate> {
    if Encoding::for_bom(bytes).is_some() || bytes.len() > MOST_BYTES {
        return Vec::new();
    }
    let first = detect(bytes).ok().map(|found| found.encoding);
    let mut found: Vec<(bool, u32, Candidate)> = OFFERED
        .iter()
        .filter_map(|encoding| {
            let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
            refuse_binary(text.as_bytes()).ok()?;
            let likely = Score::of(encoding, &text).share();
            let candidate = Candidate {
                encoding: encoding.name(),
                preview: preview(&text),
            };
            Some((Some(encoding.name()) != first, u32::MAX - likely, candidate))
        })
        .collect();
    found.sort_by_key(|(other, unlikely, _)| (*other, *unlikely));
    found
        .into_iter()
        .map(|(_, _, candidate)| candidate)
        .collect()
}

/// The first lines in which something other than ASCII stands.
fn preview(text: &str) -> String {
    let telling = |line: &&str| !line.is_ascii();
    let from = text.lines().find(telling).unwrap_or(text);
    let at = from.char_indices().find(|(_, c)| !c.is_ascii());
    let before = at.map_or(0, |(at, _)| at);
    // A few words before it, for the eye.
    let start = from[..before]
        .char_indices()
        .rev()
        .nth(40)
        .map_or(0, |(at, _)| at);
    let shown: Vec<&str> = from[start..].split_whitespace().collect();
    shown.join(" ").chars().take(PREVIEW).collect()
}

fn fits(bytes: &[u8]) -> Result<(), FormatError> {
    if bytes.len() > MOST_BYTES {
        return Err(FormatError::TooLarge {
            bytes: bytes.len(),
            limit: MOST_BYTES,
        });
    }
    Ok(())
}

fn name(encoding: &'static Encoding) -> &'static str {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        "UTF-16"
    } else {
        "UTF-8"
    }
}

fn refuse_binary(bytes: &[u8]) -> Result<(), FormatError> {
    // Form feeds separate pages in old text exports.
    let is_text = |b: &u8| *b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r' | 0x0c);
    match bytes.iter().position(|b| !is_text(b)) {
        Some(at) => Err(FormatError::Binary { at }),
        None => Ok(()),
    }
}

/// UTF-16 without a mark, if nearly all of it is what texts are made of.
fn wide(bytes: &[u8]) -> Option<Decoded> {
    if bytes.len() < 8 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let usual = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{24f}' | '\u{370}'..='\u{4ff}'
            | '\u{2010}'..='\u{2044}' | '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}' | '\u{ff00}'..='\u{ffef}')
    };
    let common = |c: char| matches!(c, '\n' | ' '..='~' | '\u{3000}'..='\u{3002}' | '，');
    let (text, encoding, ascii) = [UTF_16LE, UTF_16BE]
        .into_iter()
        .filter_map(|encoding| {
            let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
            refuse_binary(text.as_bytes()).ok()?;
            let (mut all, mut good, mut ascii) = (0_usize, 0_usize, 0_usize);
            for c in text.chars() {
                all += 1;
                good += usize::from(usual(c));
                ascii += usize::from(common(c));
            }
            (ascii > 0 && good * 100 >= all * 97).then(|| (text.into_owned(), encoding, ascii))
        })
        .max_by_key(|(_, _, ascii)| *ascii)?;
    let units = bytes.len() / 2;
    Some(Decoded {
        sure: units >= 40 && ascii * 50 >= units,
        text,
        encoding: encoding.name(),
    })
}

/// How well a text fits what is usual in its encoding.
#[derive(Debug, Clone, Copy, Default)]
struct Score {
    /// Characters above ASCII that are among the most common ones.
    common: u32,
    /// Characters above ASCII.
    all: u32,
}

impl Score {
    fn of(encoding: &'static Encoding, text: &str) -> Self {
        let common: &[&str] = if encoding == GB18030 {
            &[SIMPLIFIED, MARKS]
        } else if encoding == BIG5 {
            &[TRADITIONAL, MARKS]
        } else if encoding == EUC_KR {
            &[KOREAN]
        } else {
            &[MARKS]
        };
        let japanese = encoding == SHIFT_JIS || encoding == EUC_JP;
        let set: std::collections::HashSet<char> =
            common.iter().flat_map(|set| set.chars()).collect();
        let mut score = Self::default();
        for c in text.chars().filter(|c| !c.is_ascii()).take(20_000) {
            score.all += 1;
            // Hiragana only: what is no Japanese often reads as small katakana of one byte.
            let kana = japanese && matches!(c, '\u{3041}'..='\u{3093}' | '\u{30a1}'..='\u{30f6}');
            score.common += u32::from(kana || set.contains(&c));
        }
        score
    }

    /// Common ones in a thousand.
    fn share(self) -> u32 {
        (self.common * 1_000).checked_div(self.all).unwrap_or(0)
    }
}

/// The encoding of old that bytes look like, and whether there is no doubt.
fn legacy(bytes: &[u8]) -> (&'static Encoding, bool) {
    // A text is told by its beginning; a character that the cut divides is no fault.
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let mut scores: Vec<(&'static Encoding, Score)> = [GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR]
        .into_iter()
        .filter_map(|encoding| {
            encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
            let (text, _) = encoding.decode_without_bom_handling(sample);
            Some((encoding, Score::of(encoding, &text)))
        })
        .collect();
    scores.sort_by_key(|(_, score)| std::cmp::Reverse(score.share()));
    let paired = mostly_paired(sample);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let guess = if guess == GBK { GB18030 } else { guess };
    if let Some(&(best, score)) = scores.first() {
        let second = scores.get(1).map_or(0, |(_, score)| score.share());
        let clear = score.common >= 3 && score.share() >= 180 && score.share() >= second * 2;
        if clear && (paired || guess == best) {
            let enough = score.common >= 6 && score.share() >= 250;
            return (best, enough || guess == best);
        }
        if paired && scores.iter().any(|(encoding, _)| *encoding == GB18030) {
            // Common ones of another encoding, and its detector agrees.
            if guess == best && score.common >= 2 && score.share() > second + 100 {
                return (best, false);
            }
            return (GB18030, false);
        }
    }
    if guess.is_single_byte()
        && guess
            .decode_without_bom_handling_and_without_replacement(bytes)
            .is_some()
    {
        let above = sample.iter().filter(|b| **b >= 0x80).count();
        // Western letters are few among others, those of other alphabets are most.
        let western = guess == WINDOWS_1252 && above * 5 < sample.len();
        let other = guess != WINDOWS_1252 && above >= 20;
        return (guess, western || other);
    }
    if scores.iter().any(|(encoding, _)| *encoding == guess) {
        return (guess, false);
    }
    (WINDOWS_1252, false)
}

/// Whether most bytes above ASCII come in pairs, as they do in Chinese and seldom in Western text.
fn mostly_paired(bytes: &[u8]) -> bool {
    let (mut paired, mut alone) = (0_usize, 0_usize);
    let mut rest = bytes;
    while let Some((&lead, tail)) = rest.split_first() {
        rest = tail;
        if lead < 0x80 {
            continue;
        }
        if tail.first().is_some_and(|&trail| trail >= 0x80) {
            paired += 1;
            rest = &tail[1..];
        } else {
            alone += 1;
        }
    }
    paired > alone
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_usual_encoding_reads() {
        let text = "Nestlé\r\n墨石，今天。";
        let mut le = vec![0xff, 0xfe];
        le.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let mut be = vec![0xfe, 0xff];
        be.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &le, &be, &marked] {
            assert_eq!(decode(bytes).as_deref(), Ok(text));
        }
        assert_eq!(decode(b"").as_deref(), Ok(""));
    }

    #[test]
    fn chinese_and_western_files_of_old_are_told_apart() {
        // "墨石 Inkstone 今天下雨。" in GBK.
        let gbk = b"\xc4\xab\xca\xaf Inkstone \xbd\xf1\xcc\xec\xcf\xc2\xd3\xea\xa1\xa3";
        assert_eq!(decode(gbk).as_deref(), Ok("墨石 Inkstone 今天下雨。"));
        // Four-byte GB18030: 㐀 (U+3400) and an ideograph beside it.
        let long = b"\xc4\xab\x81\x39\xee\x39\xca\xaf\xbd\xf1";
        assert_eq!(decode(long).as_deref(), Ok("墨㐀石今"));
        let western = b"Nestl\xe9's \x93caf\xe9\x94, na\xefve";
        assert_eq!(decode(western).as_deref(), Ok("Nestlé's “café”, naïve"));
    }

    #[test]
    fn big5_shift_jis_and_others_are_known_by_their_letters() {
        let long = |text: &str| text.repeat(6);
        for (encoding, text) in [
            (
                BIG5,
                long("夜裡潮水很高，漁船沒有出海。她在廚房裡找到了那封信，卻不敢打開。"),
            ),
            (
                GB18030,
                long("夜里潮水很高，渔船没有出海。她在厨房里找到了那封信，却不敢打开。"),
            ),
            (
                SHIFT_JIS,
                long("夜の潮は高く、漁船は出なかった。彼女は台所で手紙を見つけた。"),
            ),
            (
                EUC_KR,
                long("밤에 물이 높아서 배가 나가지 않았다. 그녀는 부엌에서 편지를 찾았다."),
            ),
            (
                WINDOWS_1251,
                long("Ночью вода стояла высоко, и лодки не вышли в море. "),
            ),
            (
                WINDOWS_1252,
                long("Le bac de nuit a été réparé à l’été, dit-elle, très étonnée. "),
            ),
        ] {
            let (bytes, _, lossy) = encoding.encode(&text);
            assert!(!lossy);
            let decoded = detect(&bytes).unwrap();
            assert_eq!(decoded.text, text, "{}", encoding.name());
            assert_eq!((decoded.encoding, decoded.sure), (encoding.name(), true));
        }
    }

    #[test]
    fn encodings_of_old_are_found_and_sure_where_the_text_is_long_enough() {
        let simplified =
            "夜里的潮水很高，渡船在码头边等着。她说：“今天没有人来。”他看了看海，没有回答。";
        let traditional =
            "夜裡的潮水很高，渡船在碼頭邊等著。她說：「今天沒有人來。」他看了看海，沒有回答。";
        let japanese = "夜の潮は高く、渡し船は岸で待っていた。「今日は誰も来ない」と彼女は言った。カモメが鳴く。";
        let korean =
            "밤의 물은 높고 배는 부두에서 기다리고 있었다. 그는 바다를 보고 대답하지 않았다.";
        let russian = "Ночью вода стоит высоко, и паром ждёт у причала. Она сказала, что сегодня никто не придёт.";
        let french =
            "L’été dernier, la traversée a été interrompue à cause des marées très élevées.";
        let czech = "Příliš žluťoučký kůň úpěl ďábelské ódy, a přívoz čekal u břehu až do večera.";
        for (encoding, text) in [
            (GB18030, simplified),
            (BIG5, traditional),
            (SHIFT_JIS, japanese),
            (EUC_JP, japanese),
            (EUC_KR, korean),
            (WINDOWS_1251, russian),
            (KOI8_U, russian),
            (WINDOWS_1252, french),
            (WINDOWS_1250, czech),
        ] {
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost);
            let found = detect(&bytes).unwrap();
            assert_eq!(
                (found.text.as_str(), found.sure),
                (text, true),
                "{}",
                encoding.name()
            );
            let offered = candidates(&bytes);
            assert_eq!(offered[0].encoding, found.encoding);
        }
    }

    #[test]
    fn a_short_text_is_a_guess_with_all_ways_to_read_it() {
        let (bytes, _, _) = BIG5.encode("夜裡");
        let found = detect(&bytes).unwrap();
        assert!(!found.sure);
        let offered = candidates(&bytes);
        let big5 = offered.iter().find(|c| c.encoding == "Big5").unwrap();
        assert_eq!(big5.preview, "夜裡");
        assert_eq!(decode_in(&bytes, BIG5).unwrap().text, "夜裡");
        assert!(!decode_in(b"\xff\xff", UTF_8).unwrap().sure);
        assert_eq!(named(" GBK "), Some(GB18030));
        assert_eq!(named("nonsense"), None);
    }

    #[test]
    fn utf_16_without_a_mark_is_read() {
        for text in [
            "The tide is high tonight.\r\n",
            "夜里的潮水很高，一条船。\n今天没有人来。\n",
        ] {
            let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(decode(&le).as_deref(), Ok(text));
            assert_eq!(decode(&be).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(
            decode(b"GGUF\x03\0\0\0"),
            Err(FormatError::Binary { at: 4 })
        );
        assert_eq!(decode(b"abc\0"), Err(FormatError::Binary { at: 3 }));
        assert_eq!(
            decode(b"\xff\xfea\0\0\0"),
            Err(FormatError::Binary { at: 1 })
        );
        assert_eq!(
            decode(b"\xff\xfea"),
            Err(FormatError::Encoding { encoding: "UTF-16" })
        );
        assert_eq!(
            decode(b"\xff\xfe\x00\xd8a\0"),
            Err(FormatError::Encoding { encoding: "UTF-16" })
        );
        assert_eq!(
            decode(b"\xef\xbb\xbf\xff"),
            Err(FormatError::Encoding { encoding: "UTF-8" })
        );
    }

    #[test]
    fn what_is_utf_8_and_gb18030_as_well_is_read_as_utf_8() {
        let both = b"\xc2\xa1\xc2\xa1";
        assert_eq!(GB18030.decode(both).0, "隆隆");
        assert_eq!(decode(both), Ok("¡¡".to_owned()));
    }

    #[test]
    fn the_limit_is_the_last_size_that_reads() {
        let mut bytes = vec![b'a'; MOST_BYTES];
        assert_eq!(decode(&bytes).map(|text| text.len()), Ok(MOST_BYTES));
        bytes.push(b'a');
        let error = FormatError::TooLarge {
            bytes: MOST_BYTES + 1,
            limit: MOST_BYTES,
        };
        assert_eq!(decode(&bytes), Err(error));
    }

    proptest! {
        #[test]
        fn any_bytes_give_text_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(text) = decode(&bytes) {
                prop_assert!(!text.contains('\0'));
            }
        }

        #[test]
        fn chinese_text_survives_gb18030(
            pairs in prop::collection::vec((0xb0u8..0xd7, 0xa1u8..=0xfe), 2..60),
            rare in "[\u{4e00}-\u{9fa5}]?",
            latin in "[a-zA-Z .,]{0,30}",
        ) {
            // Characters of daily use (GB 2312), at most one that is not among them.
            let bytes: Vec<u8> = pairs.into_iter().flat_map(|(a, b)| [a, b]).collect();
            let (common, _, _) = GB18030.decode(&bytes);
            let text = format!("{latin}{rare}{common}");
            let (bytes, _, _) = GB18030.encode(&text);
            // Some few pairs are UTF-8 as well; see the test of what is both.
            prop_assume!(std::str::from_utf8(&bytes).is_err());
            // Two random characters may look like another language; they are never sure then.
            let found = detect(&bytes).unwrap();
            if found.text != text {
                prop_assert!(!found.sure, "{}", found.encoding);
                prop_assert!(candidates(&bytes).iter().any(|c| c.encoding == "gb18030"));
            }
        }

        #[test]
        fn utf_8_comes_back(text in "[^\0-\u{8}\u{b}\u{e}-\u{1f}\u{feff}][^\0-\u{8}\u{b}\u{e}-\u{1f}]{0,60}") {
            prop_assert_eq!(decode(text.as_bytes()), Ok(text));
        }
    }
}
