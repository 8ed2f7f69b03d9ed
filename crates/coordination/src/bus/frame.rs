//! How a message looks on Redis: channel names, and a frame of kind (1 byte), origin (16 bytes), payload.

use bytes::Bytes;

pub(super) type Origin = [u8; 16];

const MESSAGE: u8 = 1;
const GAP: u8 = 2;
const HEAD: usize = 17;

/// Channel names. Redis' pub/sub ignores the database number, so the name carries it: two Obrols on one Redis stay apart.
#[derive(Clone)]
pub(super) struct Names {
    prefix: String,
}

impl Names {
    pub(super) fn of(client: &redis::Client) -> Self {
        Self { prefix: format!("obrol:{}:", client.get_connection_info().redis_settings().db()) }
    }

    pub(super) fn topic(&self, topic: &str) -> String {
        format!("{}topic:{topic}", self.prefix)
    }

    pub(super) fn topic_in<'a>(&self, channel: &'a str) -> Option<&'a str> {
        channel.strip_prefix(self.prefix.as_str())?.strip_prefix("topic:")
    }

    /// Where a process says that it could not send everything.
    pub(super) fn gap(&self) -> String {
        format!("{}gap", self.prefix)
    }
}

pub(super) enum Frame {
    Message(Bytes),
    Gap,
}

pub(super) fn message(origin: &Origin, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(HEAD + payload.len());
    frame.push(MESSAGE);
    frame.extend_from_slice(origin);
    frame.extend_from_slice(payload);
    frame
}

pub(super) fn gap(origin: &Origin) -> Vec<u8> {
    let mut frame = vec![GAP];
    frame.extend_from_slice(origin);
    frame
}

/// `None` for our own frames and for bytes that are no frame.
pub(super) fn read(frame: Vec<u8>, own: &Origin) -> Option<Frame> {
    let frame = Bytes::from(frame);
    if frame.len() < HEAD || frame[1..HEAD] == own[..] {
        return None;
    }
    match frame[0] {
        MESSAGE => Some(Frame::Message(frame.slice(HEAD..))),
        GAP => Some(Frame::Gap),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn frames_come_back_and_own_or_foreign_ones_are_dropped() {
        let (mine, theirs) = ([1; 16], [2; 16]);
        match read(message(&theirs, b"hi"), &mine) {
            Some(Frame::Message(payload)) => assert_eq!(&payload[..], b"hi"),
            _ => panic!("a message of another process is heard"),
        }
        assert!(matches!(read(gap(&theirs), &mine), Some(Frame::Gap)));
        assert!(read(message(&mine, b"hi"), &mine).is_none());
        assert!(read(b"short".to_vec(), &mine).is_none());
        assert!(read([vec![9], theirs.to_vec()].concat(), &mine).is_none());
    }
}
