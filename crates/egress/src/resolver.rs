//! The resolver hook: a name's addresses pass only if the policy admits them.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::policy::{Policy, Refusal};

pub struct Filtering(pub Policy);

impl Resolve for Filtering {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let admitted = filter(policy, found)?;
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

/// Keeps what the policy admits; a name with no admitted address is refused, one with no address at all is not found.
fn filter(policy: Policy, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, std::io::Error> {
    let mut refused: Option<Refusal> = None;
    let mut admitted = Vec::new();
    for address in found {
        match policy.admits(address.ip()) {
            Ok(()) => admitted.push(address),
            Err(refusal) => refused = Some(refusal),
        }
    }
    match (admitted.is_empty(), refused) {
        (false, _) => Ok(admitted),
        (true, Some(refusal)) => Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, refusal)),
        (true, None) => Err(std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn addresses(list: &[&str]) -> std::vec::IntoIter<SocketAddr> {
        list.iter().map(|one| one.parse().unwrap()).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn a_name_with_one_private_address_keeps_only_the_public_one() {
        let kept = filter(Policy::user(), addresses(&["10.0.0.1:0", "93.184.215.14:0"])).unwrap();
        assert_eq!(kept, vec!["93.184.215.14:0".parse().unwrap()]);
    }

    #[test]
    fn a_name_with_private_addresses_only_is_refused() {
        let error = filter(Policy::user(), addresses(&["127.0.0.1:0", "[::1]:0"])).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
        assert!(filter(Policy::operator(), addresses(&["127.0.0.1:0"])).is_ok());
    }
}
