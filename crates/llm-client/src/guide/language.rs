//! In which language a question is asked.

use whatlang::{Detector, Lang};

use super::words::is_wide;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    En,
    Id,
    Ja,
}

impl Language {
    pub const ALL: [Language; 3] = [Self::En, Self::Id, Self::Ja];

    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Id => "id",
            Self::Ja => "ja",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        let primary = code.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.code()))
    }

    /// Words that say nothing about a question's subject.
    pub fn stops(self) -> &'static [&'static str] {
        match self {
            Self::En => EN_STOPS,
            Self::Id => ID_STOPS,
            Self::Ja => JA_STOPS,
        }
    }
}

/// By script first, then by little words, then by statistics; `fallback` is the asker's own language.
pub fn detect(text: &str, fallback: Option<&str>) -> Language {
    let fallback = fallback.and_then(Language::from_code);
    let kana = text.chars().any(|character| matches!(character, '\u{3040}'..='\u{30ff}'));
    let wide = text.chars().filter(|&character| is_wide(character)).count();
    if kana || wide * 3 > text.chars().filter(|character| character.is_alphabetic()).count().max(1) {
        return Language::Ja;
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|character: char| !character.is_alphanumeric() && character != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    let hits = |marks: &[&str]| words.iter().filter(|word| marks.contains(word)).count();
    let (english, indonesian) = (hits(EN_STOPS) + hits(EN_MARKS), hits(ID_STOPS) + hits(ID_MARKS));
    if english != indonesian {
        return if english > indonesian { Language::En } else { Language::Id };
    }
    // Short texts fool the statistics; there the asker's own language is the better guess.
    let guess = Detector::with_allowlist(vec![Lang::Eng, Lang::Ind])
        .detect(text)
        .filter(|guess| guess.is_reliable() && words.len() >= 3);
    match guess.map(|guess| guess.lang()) {
        Some(Lang::Eng) => Language::En,
        Some(Lang::Ind) => Language::Id,
        // A Latin text is not Japanese, but a Japanese reader who types "PostgreSQL" wants a Japanese answer.
        Some(_) | None => fallback.unwrap_or(Language::En),
    }
}

const EN_STOPS: &[&str] = &[
    "obrol", "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did",
    "do", "does", "for", "from", "get", "give", "got", "had", "has", "have", "he", "her", "him", "his", "how", "i",
    "if", "in", "into", "is", "it", "its", "just", "let", "like", "make", "may", "me", "my", "need", "not", "of", "on",
    "one", "or", "our", "please", "shall", "she", "should", "so", "some", "tell", "than", "that", "the", "their",
    "them", "then", "there", "these", "they", "this", "to", "us", "use", "using", "want", "was", "way", "we", "were",
    "what", "what's", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your", "don't",
    "doesn't", "i'm", "isn't", "am",
];

const ID_STOPS: &[&str] = &[
    "obrol",
    "ada",
    "adalah",
    "agar",
    "akan",
    "aku",
    "anda",
    "apa",
    "apakah",
    "atau",
    "bagaimana",
    "bagi",
    "bisa",
    "bisakah",
    "boleh",
    "buat",
    "cara",
    "caranya",
    "dan",
    "dapat",
    "dari",
    "dengan",
    "di",
    "dia",
    "dong",
    "gimana",
    "harus",
    "hanya",
    "ini",
    "itu",
    "jadi",
    "jika",
    "juga",
    "kah",
    "kalau",
    "kami",
    "kamu",
    "kan",
    "kapan",
    "karena",
    "ke",
    "kenapa",
    "kita",
    "lagi",
    "lah",
    "lalu",
    "maka",
    "mana",
    "mau",
    "mengapa",
    "mereka",
    "mohon",
    "nya",
    "oleh",
    "pada",
    "perlu",
    "saat",
    "saja",
    "saya",
    "sebagai",
    "secara",
    "sebuah",
    "seperti",
    "siapa",
    "sih",
    "sudah",
    "supaya",
    "tentang",
    "tidak",
    "tolong",
    "untuk",
    "yang",
    "dimana",
    "ya",
    "apabila",
    "bila",
    "masih",
];

const JA_STOPS: &[&str] = &[
    "obrol", "使", "方", "教", "下", "何", "出", "来", "私", "時", "事", "方法", "場合", "必要", "出来", "可能", "言",
    "知", "詳",
];

/// Words that tell the two languages apart though they do say something.
const EN_MARKS: &[&str] = &[
    "hello", "hi", "help", "install", "setup", "start", "delete", "change", "password", "connect", "thanks", "thank",
    "run", "stop", "message", "key",
];
const ID_MARKS: &[&str] = &[
    "halo",
    "hai",
    "bantu",
    "bantuan",
    "pasang",
    "memasang",
    "hapus",
    "menghapus",
    "ganti",
    "mengganti",
    "sandi",
    "hubungkan",
    "menghubungkan",
    "terima",
    "kasih",
    "jalankan",
    "menjalankan",
    "berhenti",
    "pesan",
    "kunci",
    "akun",
    "percakapan",
    "selamat",
    "pagi",
    "siang",
    "malam",
    "sore",
    "hentikan",
    "basis",
];
