//! What the guide says in its own words, in three languages.

use super::language::Language;

pub struct Phrases {
    /// Says what it is, before the first quotation.
    pub i_am: &'static str,
    /// After the quotations: how to get a real model. `{}` is the link.
    pub connect: &'static str,
    pub see_also: &'static str,
    pub greeting: &'static str,
    pub thanks: &'static str,
    pub empty: &'static str,
    pub off_topic: &'static str,
    /// Before a list of examples.
    pub examples_lead: &'static str,
    pub examples: &'static [&'static str],
    /// A message made of these words only is a greeting, or asks what the guide is.
    pub greetings: &'static [&'static str],
    pub thanking: &'static [&'static str],
    /// Beginnings and wholes of messages that ask about the guide itself.
    pub about_me: &'static [&'static str],
}

pub fn of(language: Language) -> &'static Phrases {
    match language {
        Language::En => &EN,
        Language::Id => &ID,
        Language::Ja => &JA,
    }
}

const EN: Phrases = Phrases {
    i_am: "*I am Obrol's built-in guide, not a language model: I look in the manual and quote what fits.*",
    connect: "To talk with a language model here, [connect one]({}).",
    see_also: "See also:",
    greeting: "Hello! I am Obrol's built-in guide. I am not a language model: I answer questions about Obrol by quoting its manual, in English, Indonesian and Japanese, without any network.",
    thanks: "You're welcome! Ask me anything else about Obrol.",
    empty: "Your message has no words that I could look up. I am Obrol's built-in guide, not a language model; I answer questions about Obrol from its manual.",
    off_topic: "I found nothing about that in the manual. I am Obrol's built-in guide, not a language model: I can only quote the manual of Obrol.",
    examples_lead: "You can ask me, for example:",
    examples: &[
        "How do I connect Ollama?",
        "What happens when I close the tab while an answer streams?",
        "How do I use PostgreSQL?",
        "How do I make a backup?",
        "How do I edit a question?",
    ],
    greetings: &[
        "hello",
        "hi",
        "hey",
        "good",
        "morning",
        "afternoon",
        "evening",
        "day",
        "there",
        "greetings",
        "howdy",
        "yo",
        "test",
        "testing",
        "ping",
        "help",
        "start",
    ],
    thanking: &[
        "thanks", "thank", "you", "a", "lot", "for", "that", "help", "your", "thx", "much", "very", "so", "great",
        "ok", "okay", "cool", "nice", "perfect",
    ],
    about_me: &[
        "who are you",
        "what are you",
        "what can you do",
        "what can i ask",
        "are you an ai",
        "are you a language model",
        "are you chatgpt",
        "are you real",
        "how can you help",
        "what do you do",
    ],
};

const ID: Phrases = Phrases {
    i_am: "*Saya pemandu bawaan Obrol, bukan model bahasa: saya mencari di buku panduan dan mengutip yang cocok.*",
    connect: "Untuk berbicara dengan model bahasa di sini, [hubungkan sebuah model]({}).",
    see_also: "Lihat juga:",
    greeting: "Halo! Saya pemandu bawaan Obrol. Saya bukan model bahasa: saya menjawab pertanyaan tentang Obrol dengan mengutip buku panduannya, dalam bahasa Indonesia, Inggris, dan Jepang, tanpa jaringan.",
    thanks: "Sama-sama! Silakan bertanya lagi tentang Obrol.",
    empty: "Pesan Anda tidak memuat kata yang bisa saya cari. Saya pemandu bawaan Obrol, bukan model bahasa; saya menjawab pertanyaan tentang Obrol dari buku panduannya.",
    off_topic: "Saya tidak menemukan apa pun tentang itu di buku panduan. Saya pemandu bawaan Obrol, bukan model bahasa: saya hanya bisa mengutip buku panduan Obrol.",
    examples_lead: "Anda bisa bertanya, misalnya:",
    examples: &[
        "Bagaimana cara menghubungkan Ollama?",
        "Apa yang terjadi kalau tab ditutup saat jawaban mengalir?",
        "Bagaimana memakai PostgreSQL?",
        "Bagaimana cara membuat cadangan?",
        "Bagaimana cara menyunting pertanyaan?",
    ],
    greetings: &[
        "halo",
        "hai",
        "hi",
        "hello",
        "hei",
        "selamat",
        "pagi",
        "siang",
        "sore",
        "malam",
        "assalamualaikum",
        "permisi",
        "tes",
        "test",
        "ping",
        "bantuan",
        "bantu",
        "mulai",
        "kabar",
        "apa",
    ],
    thanking: &[
        "terima", "kasih", "makasih", "trims", "thanks", "banyak", "ok", "oke", "sip", "mantap", "baik", "bagus",
    ],
    about_me: &[
        "siapa kamu",
        "kamu siapa",
        "siapa anda",
        "anda siapa",
        "kamu bisa apa",
        "apa yang bisa kamu",
        "apa yang bisa anda",
        "apakah kamu ai",
        "apakah anda ai",
        "kamu itu apa",
        "bisa bantu apa",
        "apa kabar",
    ],
};

const JA: Phrases = Phrases {
    i_am: "*私は Obrol に組み込まれたガイドで、言語モデルではありません。マニュアルから合う箇所を探して引用します。*",
    connect: "ここで言語モデルと話すには、[モデルを接続]({})してください。",
    see_also: "関連項目:",
    greeting: "こんにちは。私は Obrol に組み込まれたガイドです。言語モデルではなく、Obrol についての質問に、マニュアルを引用して答えます。日本語・英語・インドネシア語に対応し、ネットワークは使いません。",
    thanks: "どういたしまして。Obrol について、ほかにも何でも聞いてください。",
    empty: "調べられる言葉が見つかりませんでした。私は Obrol に組み込まれたガイドで、言語モデルではありません。Obrol についての質問に、マニュアルから答えます。",
    off_topic: "マニュアルには、それについての記述が見つかりませんでした。私は Obrol に組み込まれたガイドで、言語モデルではないため、Obrol のマニュアルを引用することしかできません。",
    examples_lead: "たとえば、次のように聞いてください。",
    examples: &[
        "Ollama を接続するには?",
        "回答の途中でタブを閉じるとどうなりますか?",
        "PostgreSQL を使うには?",
        "バックアップの取り方は?",
        "質問を編集するには?",
    ],
    greetings: &[
        "こんにちは",
        "こんばんは",
        "おはよう",
        "おはようございます",
        "はじめまして",
        "やあ",
        "もしもし",
        "テスト",
        "ヘルプ",
        "助けて",
        "hello",
        "hi",
    ],
    thanking: &["ありがとう", "ありがとうございます", "ありがとうございました", "どうも", "了解", "了解です", "ok"],
    about_me: &[
        "あなたは誰",
        "誰ですか",
        "何ができ",
        "あなたは何",
        "君は誰",
        "何を聞け",
        "aiですか",
        "言語モデルですか",
    ],
};
