//! A stream on which the head of a request must arrive within a time of its first byte. Knows no HTTP: it is told when a head
//! is complete, and when its answer is.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How many heads were complete on a stream, and whether one of them is being answered: what arrives meanwhile is its body,
/// or the next one's early head.
#[derive(Clone, Debug, Default)]
pub(super) struct Answering(Arc<AtomicUsize>);

impl Answering {
    /// A head is complete. The count is odd from here on.
    pub(super) fn begin(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The answer is. The count is even again.
    pub(super) fn end(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// The stream. It may rest as long as its owner lets it; what has begun must go on.
pub(super) struct HeadDeadline<S> {
    stream: S,
    answering: Answering,
    patience: Duration,
    /// A head that has begun and is not complete, as the count of then tells.
    begun: Option<Head>,
}

/// A head on its way.
struct Head {
    count: usize,
    deadline: Instant,
    /// Set only when more of the head is waited for: most come in one piece.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Head {
    /// Whether its time is over; when not, whoever waits is woken then.
    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(self.deadline)));
        alarm.as_mut().poll(context).is_ready()
    }
}

impl<S> HeadDeadline<S> {
    /// `patience` is counted from the first byte of each head, of the first one from now.
    pub(super) fn new(stream: S, answering: Answering, patience: Duration) -> Self {
        let first = Head { count: answering.count(), deadline: Instant::now() + patience, alarm: None };
        Self { stream, answering, patience, begun: Some(first) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for HeadDeadline<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, into);
        let count = this.answering.count();
        // Nobody reads while a request without a body is answered: that a head is complete is found here.
        this.begun.take_if(|head| head.count != count);
        let is_resting = count.is_multiple_of(2);
        let has_come = matches!(read, Poll::Ready(Ok(()))) && into.filled().len() > before;
        if is_resting && has_come && this.begun.is_none() {
            this.begun = Some(Head { count, deadline: Instant::now() + this.patience, alarm: None });
        }
        if let Some(head) = &mut this.begun
            && (head.deadline <= Instant::now() || (read.is_pending() && head.is_late(context)))
        {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head of a request takes too long")));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for HeadDeadline<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(15);

    #[tokio::test(start_paused = true)]
    async fn who_connects_and_says_nothing_is_hung_up_on() {
        let (_client, server) = duplex(64);
        let mut stream = HeadDeadline::new(server, Answering::default(), PATIENCE);
        let silent = tokio::time::timeout(PATIENCE * 2, stream.read_u8()).await.unwrap().unwrap_err();
        assert_eq!(silent.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_may_rest_and_a_head_that_has_begun_must_end() {
        let (mut client, server) = duplex(64);
        let answering = Answering::default();
        let mut stream = HeadDeadline::new(server, answering.clone(), PATIENCE);
        answering.begin();
        answering.end();
        // The clock of these tests goes on when everybody waits.
        let rest = tokio::time::timeout(PATIENCE * 4, stream.read_u8()).await;
        assert!(rest.is_err(), "a stream that rests is left alone");
        client.write_all(b"G").await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'G');
        let late = stream.read_u8().await.unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_without_a_body_leaves_no_deadline_behind() {
        let (mut client, server) = duplex(64);
        let answering = Answering::default();
        let mut stream = HeadDeadline::new(server, answering.clone(), PATIENCE);
        client.write_all(b"H").await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'H');
        answering.begin();
        answering.end();
        assert!(tokio::time::timeout(PATIENCE * 4, stream.read_u8()).await.is_err(), "it rests");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_has_its_own_time_and_the_next_head_a_new_one() {
        let (mut client, server) = duplex(64);
        let answering = Answering::default();
        let mut stream = HeadDeadline::new(server, answering.clone(), PATIENCE);
        client.write_all(b"Hb").await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'H');
        answering.begin();
        assert_eq!(stream.read_u8().await.unwrap(), b'b');
        assert!(tokio::time::timeout(PATIENCE * 2, stream.read_u8()).await.is_err(), "a body may take longer");
        answering.end();
        assert!(tokio::time::timeout(PATIENCE * 2, stream.read_u8()).await.is_err(), "and then there may be a rest");
        client.write_all(b"H").await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'H');
        assert!(stream.read_u8().await.is_err());
    }
}
