//! As much of HTTP/1.1 as a measurement needs, read from bytes that may be cut anywhere: heads, and bodies with a length or in
//! chunks. Source: RFC 9112.

use std::io::{Error, ErrorKind, Result};

use tokio::io::{AsyncRead, AsyncReadExt};

/// No head of ours is longer.
const MOST_HEAD: usize = 16 * 1024;
const PIECE: usize = 16 * 1024;

pub fn fault(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidData, text.into())
}

/// The first line of a request or an answer, and what its fields say of the body.
#[derive(Debug, PartialEq)]
pub struct Head {
    pub first: String,
    pub body: Body,
    /// The other side ends the connection after it.
    pub closes: bool,
}

impl Head {
    fn parse(text: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(text).map_err(|_| fault("a head that is no text"))?;
        let mut lines = text.split("\r\n");
        let mut head =
            Self { first: lines.next().unwrap_or_default().to_owned(), body: Body::Length(0), closes: false };
        for line in lines {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                head.body = Body::Length(value.parse().map_err(|_| fault(format!("content-length: {value}")))?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                head.body = Body::Chunked(Chunk::Size(0, false));
            } else if name.eq_ignore_ascii_case("connection") {
                head.closes = value.eq_ignore_ascii_case("close");
            }
        }
        Ok(head)
    }

    /// Of an answer.
    pub fn status(&self) -> Result<u16> {
        let number = self.first.split(' ').nth(1).and_then(|text| text.parse().ok());
        number.ok_or_else(|| fault(format!("no status in {}", self.first)))
    }
}

/// What is still to come of a body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Body {
    Length(u64),
    Chunked(Chunk),
}

/// Where in a chunked body the reader is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chunk {
    /// In the line with the size; whether the digits are over (an extension follows).
    Size(u64, bool),
    Data(u64),
    /// At the line's end behind the data.
    Behind,
    /// In the trailer; bytes of its present line.
    Trailer(usize),
    End,
}

impl Body {
    pub fn ended(&self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunked(Chunk::End))
    }

    /// Takes bytes of the body from the front of `bytes`, gives the data in them to `out`; returns how many were taken.
    pub fn take(&mut self, bytes: &[u8], out: &mut impl FnMut(&[u8])) -> Result<usize> {
        match self {
            Self::Length(left) => {
                let now = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                if now > 0 {
                    out(&bytes[..now]);
                }
                *left -= now as u64;
                Ok(now)
            }
            Self::Chunked(chunk) => {
                let mut at = 0;
                while at < bytes.len() && *chunk != Chunk::End {
                    at += chunk.step(&bytes[at..], out)?;
                }
                Ok(at)
            }
        }
    }
}

impl Chunk {
    /// `bytes` is not empty; takes at least one.
    fn step(&mut self, bytes: &[u8], out: &mut impl FnMut(&[u8])) -> Result<usize> {
        let byte = bytes[0];
        match *self {
            Self::Size(size, over) => {
                *self = match (byte, char::from(byte).to_digit(16)) {
                    (b'\n', _) if size == 0 => Self::Trailer(0),
                    (b'\n', _) => Self::Data(size),
                    (b'\r', _) => *self,
                    (b';' | b' ', _) => Self::Size(size, true),
                    _ if over => *self,
                    (_, Some(_)) if size > u64::MAX >> 8 => return Err(fault("a chunk that never ends")),
                    (_, Some(digit)) => Self::Size(size * 16 + u64::from(digit), false),
                    (_, None) => return Err(fault("a chunk without a size")),
                };
                Ok(1)
            }
            Self::Data(left) => {
                let now = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                out(&bytes[..now]);
                let left = left - now as u64;
                *self = if left == 0 { Self::Behind } else { Self::Data(left) };
                Ok(now)
            }
            Self::Behind => {
                if byte == b'\n' {
                    *self = Self::Size(0, false);
                } else if byte != b'\r' {
                    return Err(fault("a chunk longer than its size"));
                }
                Ok(1)
            }
            Self::Trailer(line) => {
                *self = match byte {
                    b'\n' if line == 0 => Self::End,
                    b'\n' => Self::Trailer(0),
                    b'\r' => *self,
                    _ => Self::Trailer(line + 1),
                };
                Ok(1)
            }
            Self::End => Ok(0),
        }
    }
}

/// One side of a connection that is kept.
pub struct Reader<R> {
    source: R,
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that were used.
    used: usize,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub fn new(source: R) -> Self {
        Self { source, buffer: Vec::with_capacity(2 * PIECE), used: 0 }
    }

    /// Reads more; false at the end of the connection.
    async fn more(&mut self) -> Result<bool> {
        if self.used > 0 {
            self.buffer.drain(..self.used);
            self.used = 0;
        }
        self.buffer.reserve(PIECE);
        Ok(self.source.read_buf(&mut self.buffer).await? > 0)
    }

    /// The next head; `None` when the connection ends before it begins.
    pub async fn head(&mut self) -> Result<Option<Head>> {
        let mut seen = 0;
        loop {
            let fresh = &self.buffer[self.used..];
            if let Some(end) = fresh[seen..].windows(4).position(|four| four == b"\r\n\r\n") {
                let head = Head::parse(&fresh[..seen + end])?;
                self.used += seen + end + 4;
                return Ok(Some(head));
            }
            seen = fresh.len().saturating_sub(3);
            if fresh.len() > MOST_HEAD {
                return Err(fault("a head without an end"));
            }
            if !self.more().await? {
                return if self.buffer.is_empty() { Ok(None) } else { Err(ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    /// Reads the body of `head` to its end, giving each piece to `out` as soon as it is here.
    pub async fn body(&mut self, head: &mut Head, mut out: impl FnMut(&[u8])) -> Result<()> {
        loop {
            self.used += head.body.take(&self.buffer[self.used..], &mut out)?;
            if head.body.ended() {
                return Ok(());
            }
            if !self.more().await? {
                return Err(Error::new(ErrorKind::UnexpectedEof, "the body was cut"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\
        HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\nConnection: close\r\n\r\n\
        3;x=1\r\nabc\r\n0A\r\n0123456789\r\n0\r\nt: 1\r\n\r\n";

    async fn read(pieces: tokio_test::Pieces) -> Vec<(u16, bool, String)> {
        let (mut reader, mut found) = (Reader::new(pieces), Vec::new());
        while let Some(mut head) = reader.head().await.unwrap() {
            let (mut body, status, closes) = (Vec::new(), head.status().unwrap(), head.closes);
            reader.body(&mut head, |piece| body.extend_from_slice(piece)).await.unwrap();
            found.push((status, closes, String::from_utf8(body).unwrap()));
        }
        found
    }

    mod tokio_test {
        use std::pin::Pin;
        use std::task::{Context, Poll};

        use tokio::io::{AsyncRead, ReadBuf};

        /// A connection whose bytes come in pieces of this size.
        pub struct Pieces(pub &'static [u8], pub usize);

        impl AsyncRead for Pieces {
            fn poll_read(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
                out: &mut ReadBuf<'_>,
            ) -> Poll<std::io::Result<()>> {
                let (now, rest) = self.0.split_at(self.1.min(self.0.len()));
                out.put_slice(now);
                self.0 = rest;
                Poll::Ready(Ok(()))
            }
        }
    }

    #[tokio::test]
    async fn answers_are_whole_wherever_they_are_cut() {
        let wanted = vec![(200, false, "hello".to_owned()), (404, true, "abc0123456789".to_owned())];
        for size in 1..=TWO.len() {
            assert_eq!(read(tokio_test::Pieces(TWO.as_bytes(), size)).await, wanted, "{size}");
        }
    }

    #[tokio::test]
    async fn what_is_cut_or_wrong_is_no_answer() {
        for (text, why) in [
            ("HTTP/1.1 200 OK\r\n", "a head"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab", "a length"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nab", "a chunk"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", "the last chunk"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n\r\n", "a size"),
        ] {
            let mut reader = Reader::new(text.as_bytes());
            let read = async {
                let mut head = reader.head().await?.ok_or_else(|| fault("nothing"))?;
                reader.body(&mut head, |_| ()).await
            };
            assert!(read.await.is_err(), "{why}");
        }
    }
}
