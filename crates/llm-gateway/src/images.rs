//! Images by their address: whoever answers fetches them, so the address must not lead into a network that only the
//! operator's own machines can reach.

use llm_client::{ChatMessage, ChatPart, ImageSource};

use crate::settings::{Network, ProviderSettings};

/// Whether an address is one of the public web, as far as it can be told without resolving a name.
pub fn may_be_fetched(url: &str) -> bool {
    egress::Policy::user().parse(url).is_ok()
}

/// Whether some image is to be fetched by whoever answers.
pub(crate) fn by_address(messages: &[ChatMessage]) -> bool {
    messages.iter().flat_map(|message| &message.parts).any(|part| match part {
        ChatPart::Image(ImageSource::Url(_)) => true,
        ChatPart::Image(ImageSource::Inline { .. })
        | ChatPart::Text(_)
        | ChatPart::ToolCall(_)
        | ChatPart::ToolResult { .. } => false,
    })
}

/// Whether this provider may stand where it reaches what others do not: what it fetches and what a name means there, nobody
/// here can see. The services of everybody stand outside, wherever they were written down.
pub(crate) fn stands_inside(settings: &ProviderSettings) -> bool {
    let own = settings.base_url.trim_end_matches('/');
    let everybodys = settings.kind.default_base_url().is_some_and(|known| known.starts_with("https:") && known == own);
    match settings.network {
        Network::Operator => !everybodys,
        Network::Public => false,
    }
}

#[cfg(test)]
mod tests {
    use llm_client::ProviderKind;

    use super::*;

    #[test]
    fn addresses_of_the_public_web_only() {
        for good in ["https://x.example/a.png", "http://93.184.216.34/a.png"] {
            assert!(may_be_fetched(good), "{good}");
        }
        for bad in [
            "http://169.254.169.254/latest",
            "http://10.0.0.5:8500/v1/agent/leave",
            "http://[::1]/",
            "http://0x7f000001/",
            "http://2130706433/",
            "https://user:pass@x.example/a.png",
            "ftp://x.example/a",
            "file:///etc/passwd",
            "//x",
        ] {
            assert!(!may_be_fetched(bad), "{bad}");
        }
    }

    #[test]
    fn who_stands_inside() {
        let of = |kind, url: &str, network| {
            stands_inside(&ProviderSettings { network, ..ProviderSettings::new("a", kind, url) })
        };
        assert!(of(ProviderKind::Compatible, "http://10.0.0.1/v1", Network::Operator));
        assert!(of(ProviderKind::OpenAi, "https://proxy.example/v1", Network::Operator));
        assert!(of(ProviderKind::Ollama, "http://localhost:11434", Network::Operator));
        assert!(!of(ProviderKind::OpenAi, "https://api.openai.com/v1/", Network::Operator));
        assert!(!of(ProviderKind::Compatible, "https://models.example/v1", Network::Public));
    }
}
