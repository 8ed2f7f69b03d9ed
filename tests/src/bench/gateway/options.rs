//! What the command line says of this part.

use std::time::Duration;

use super::turn::Target;

pub const USAGE: &str = "\
bench [chat|gateway] [options of gateway]
  --seconds N          of each turn (3)
  --turns N            of each target, at least 3 for figures that count (3)
  --only PARTS         of whole,first,gaps,streams; comma between them (all)
  --clients N,N        how many ask for whole answers at once (1,16,64,256)
  --upstream-port N    where the upstream listens, to be told to other gateways (a free one)
  --other NAME=URL,KEY,MODEL[,PID]
                       another gateway, running already: URL with its version, like http://127.0.0.1:4000/v1; in MODEL `{}` stands
                       for bench-tok20 and its like, without it only whole answers are measured; PID for its time and memory.
                       Its own upstream is http://127.0.0.1:N/other/v1 (--upstream-port), which takes any key.";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    First,
    Gaps,
    Streams,
}

#[derive(Debug)]
pub struct Options {
    pub time: Duration,
    pub turns: usize,
    pub parts: Vec<Part>,
    pub clients: Vec<usize>,
    pub upstream_port: Option<u16>,
    pub others: Vec<Target>,
}

impl Options {
    pub fn read(words: &[String]) -> Result<Self, String> {
        let mut options = Self {
            time: Duration::from_secs(3),
            turns: 3,
            parts: vec![Part::Whole, Part::First, Part::Gaps, Part::Streams],
            clients: vec![1, 16, 64, 256],
            upstream_port: None,
            others: Vec::new(),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} of what?"))?;
            let wrong = || format!("{word} {value}: not understood");
            match word.as_str() {
                "--seconds" => {
                    let seconds = value.parse().ok().filter(|seconds| (1..=600).contains(seconds)).ok_or_else(wrong)?;
                    options.time = Duration::from_secs(seconds);
                }
                "--turns" => {
                    let turns = value.parse().ok().filter(|turns| (1..=99).contains(turns));
                    options.turns = turns.ok_or_else(wrong)?;
                }
                "--only" => options.parts = value.split(',').map(part).collect::<Option<_>>().ok_or_else(wrong)?,
                "--clients" => {
                    let clients =
                        value.split(',').map(|one| one.parse().ok().filter(|count| (1..=1024).contains(count)));
                    options.clients = clients.collect::<Option<_>>().ok_or_else(wrong)?;
                }
                "--upstream-port" => options.upstream_port = Some(value.parse().map_err(|_| wrong())?),
                "--other" => options.others.push(other(value).ok_or_else(wrong)?),
                _ => return Err(format!("{word}: no such option")),
            }
        }
        Ok(options)
    }
}

fn part(word: &str) -> Option<Part> {
    let named = [("whole", Part::Whole), ("first", Part::First), ("gaps", Part::Gaps), ("streams", Part::Streams)];
    named.into_iter().find(|(name, _)| *name == word).map(|(_, part)| part)
}

fn other(text: &str) -> Option<Target> {
    let (name, rest) = text.split_once('=')?;
    let parts: Vec<&str> = rest.split(',').collect();
    let (url, key, model, pid) = match *parts {
        [url, key, model] => (url, key, model, None),
        [url, key, model, pid] => (url, key, model, Some(pid.parse().ok()?)),
        _ => return None,
    };
    // The load speaks no TLS; what is measured runs on this machine.
    let rest = url.strip_prefix("http://")?;
    let (address, base) = rest.split_once('/').unwrap_or((rest, ""));
    let address = if address.contains(':') { address.to_owned() } else { format!("{address}:80") };
    let path = format!("/{base}").trim_end_matches('/').to_owned() + "/chat/completions";
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    let fits = !name.is_empty() && !model.is_empty() && port.is_some();
    let text = |text: &str| text.to_owned();
    fits.then(|| Target { name: text(name), address, path, key: text(key), model: text(model), pid })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Options, String> {
        Options::read(&text.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn other_gateways_are_named_with_all_that_is_needed() {
        let text = "--seconds 5 --turns 7 --upstream-port 9100 --other a=http://127.0.0.1:4000/v1/,sk-1,openai/{} \
                    --other b=http://localhost,,m,42 --only gaps,whole --clients 1,16";
        let options = read(text).unwrap();
        assert_eq!((&options.parts[..], &options.clients[..]), (&[Part::Gaps, Part::Whole][..], &[1, 16][..]));
        assert_eq!((options.time, options.turns), (Duration::from_secs(5), 7));
        assert_eq!(options.upstream_port, Some(9100));
        let [a, b] = &options.others[..] else { panic!("{:?}", options.others) };
        assert_eq!(
            (a.name.as_str(), a.address.as_str(), a.path.as_str()),
            ("a", "127.0.0.1:4000", "/v1/chat/completions")
        );
        assert_eq!((a.key.as_str(), a.model.as_str(), a.pid, a.any_model()), ("sk-1", "openai/{}", None, true));
        assert_eq!((b.address.as_str(), b.path.as_str()), ("localhost:80", "/chat/completions"));
        assert_eq!((b.pid, b.any_model()), (Some(42), false));
    }

    #[test]
    fn slips_of_the_pen_are_told() {
        for text in [
            "--seconds",
            "--seconds 0",
            "--turns x",
            "--only wholes",
            "--clients 0",
            "--what 1",
            "--other a",
            "--other a=https://b/v1,k,m",
            "--other a=http://b:x/v1,k,m",
            "--other =http://b/v1,k,m",
            "--other a=http://b/v1,k",
            "--upstream-port 70000",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
