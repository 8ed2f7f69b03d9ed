//! The sections of one language, ranked for a question by BM25.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::language::Language;
use super::manual::{Page, Section, pages};
use super::words::terms;

/// How fast repetition loses its worth, and how much a long section is discounted.
const K1: f32 = 1.2;
const B: f32 = 0.6;

/// What a term counts for, by where it stands.
const IN_TITLE: f32 = 4.0;
const IN_ALSO: f32 = 2.0;
const IN_PAGE_TITLE: f32 = 1.0;
const IN_TEXT: f32 = 1.0;

pub struct Index {
    sections: Vec<(&'static Page, &'static Section)>,
    /// Term → where it stands.
    postings: HashMap<String, Vec<Posting>>,
    lengths: Vec<f32>,
    average: f32,
}

#[derive(Clone, Copy)]
struct Posting {
    section: usize,
    /// How often, weighted by the place.
    count: f32,
    /// It stands in the title or among the other words for it.
    names: bool,
}

/// A section and how well it fits.
#[derive(Clone, Copy)]
pub struct Hit {
    pub page: &'static Page,
    pub section: &'static Section,
    pub score: f32,
    /// The share of the question's meaning (by rarity of its terms) that the section knows, 0 to 1.
    pub coverage: f32,
    /// The question names the section's subject, not only a word of its text.
    pub named: bool,
}

/// Built when the first question in its language comes.
pub fn of(language: Language) -> &'static Index {
    static EN: LazyLock<Index> = LazyLock::new(|| Index::build(Language::En));
    static ID: LazyLock<Index> = LazyLock::new(|| Index::build(Language::Id));
    static JA: LazyLock<Index> = LazyLock::new(|| Index::build(Language::Ja));
    match language {
        Language::En => &EN,
        Language::Id => &ID,
        Language::Ja => &JA,
    }
}

impl Index {
    fn build(language: Language) -> Self {
        let pages = pages().iter().filter(|page| page.lang == language.code());
        let sections: Vec<_> =
            pages.flat_map(|page| page.sections.iter().map(move |section| (page, section))).collect();
        let mut index =
            Self { lengths: Vec::with_capacity(sections.len()), postings: HashMap::new(), average: 1.0, sections };
        for (number, (page, section)) in index.sections.iter().enumerate() {
            let mut counts: HashMap<String, (f32, bool)> = HashMap::new();
            let fields = [
                (&page.title, IN_PAGE_TITLE, false),
                (&section.title, IN_TITLE, true),
                (&section.also, IN_ALSO, true),
                (&section.markdown, IN_TEXT, false),
            ];
            for (text, weight, names) in fields {
                for term in terms(text, language) {
                    let (count, named) = counts.entry(term).or_default();
                    *count += weight;
                    *named |= names;
                }
            }
            index.lengths.push(counts.values().map(|(count, _)| count).sum());
            for (term, (count, names)) in counts {
                index.postings.entry(term).or_default().push(Posting { section: number, count, names });
            }
        }
        index.average = (index.lengths.iter().sum::<f32>() / index.lengths.len().max(1) as f32).max(1.0);
        index
    }

    /// How rare a term is; one that the manual does not know is the rarest.
    fn rarity(&self, term: &str) -> f32 {
        let (all, with) = (self.sections.len() as f32, self.postings.get(term).map_or(0, Vec::len) as f32);
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }

    /// The best sections first. Terms come with a weight: what was asked now counts more than what was asked before.
    pub fn search(&self, question: &[(String, f32)]) -> Vec<Hit> {
        let mut scores = vec![(0.0f32, 0.0f32, false); self.sections.len()];
        let mut meaning = 0.0f32;
        for (term, weight) in question {
            let worth = self.rarity(term) * weight;
            meaning += worth;
            for &Posting { section, count, names } in self.postings.get(term).into_iter().flatten() {
                let length = self.lengths.get(section).copied().unwrap_or(self.average);
                let Some((score, known, named)) = scores.get_mut(section) else { continue };
                *score += worth * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / self.average));
                *known += worth;
                *named |= names;
            }
        }
        let found = self.sections.iter().zip(scores).filter(|(_, (score, ..))| *score > 0.0);
        let mut hits: Vec<Hit> = found
            .map(|(&(page, section), (score, known, named))| Hit {
                page,
                section,
                score,
                coverage: known / meaning.max(f32::MIN_POSITIVE),
                named,
            })
            .collect();
        // The sort is stable: equal scores stay in reading order, and the answer stays the same.
        hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        hits
    }
}
