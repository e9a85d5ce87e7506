//! The clock that bounds how long a client may take for the head of a request.
//!
//! hyper starts a sleep for each head it waits for and drops it when the head is there. With sleeps of the runtime that
//! is a way into its wheel of timers and out again, under a lock, for every request: three percent of a small one. Here
//! a sleep that is dropped stays where it is in the wheel and is lent to whoever waits next. It looks at what it is
//! waiting for only when it wakes, once in a time limit.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::Timer;
use tokio::time::Sleep;

/// Sleeps that are kept for the next; as many connections wait for heads without making new ones.
const MAX_IDLE: usize = 4096;

type Idle = Arc<Mutex<Vec<Pin<Box<Sleep>>>>>;

/// Makes sleeps that cost little when they are dropped before their time. For one runtime, and one length of time: a
/// deadline before an earlier one is kept, too, but not as cheaply.
#[derive(Clone, Default)]
pub struct HeadTimer(Idle);

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut sleep = idle.unwrap_or_else(|| Box::pin(tokio::time::sleep_until(deadline.into())));
        if sleep.deadline() > deadline.into() {
            sleep.as_mut().reset(deadline.into());
        }
        Box::pin(Lent { sleep: Some(sleep), deadline, idle: Arc::clone(&self.0) })
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into()
    }
}

/// A sleep on loan. It may wake before its deadline, for that of the one who had it before.
struct Lent {
    /// Taken when this is dropped.
    sleep: Option<Pin<Box<Sleep>>>,
    deadline: Instant,
    idle: Idle,
}

impl hyper::rt::Sleep for Lent {}

impl Future for Lent {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline.into();
        let Some(sleep) = &mut self.sleep else { return Poll::Ready(()) };
        loop {
            ready!(sleep.as_mut().poll(context));
            if sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.extend(self.sleep.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(30);

    fn idle(timer: &HeadTimer) -> usize {
        timer.0.lock().unwrap().len()
    }

    /// Whether a sleep is over; its waker is set.
    async fn is_over(sleep: &mut Pin<Box<dyn hyper::rt::Sleep>>) -> bool {
        std::future::poll_fn(|context| Poll::Ready(sleep.as_mut().poll(context).is_ready())).await
    }

    #[tokio::test]
    async fn a_sleep_that_is_lent_again_keeps_the_new_deadline() {
        let timer = HeadTimer::default();
        let mut first = timer.sleep(SHORT);
        assert!(!is_over(&mut first).await);
        drop(first);
        assert_eq!(idle(&timer), 1);
        let started = timer.now();
        let second = timer.sleep(SHORT * 4);
        assert_eq!(idle(&timer), 0);
        second.await;
        assert!(timer.now() - started >= SHORT * 4);
        // One that is over serves again.
        assert_eq!(idle(&timer), 1);
        let started = timer.now();
        timer.sleep(SHORT).await;
        assert!(timer.now() - started >= SHORT);
    }

    #[tokio::test]
    async fn an_earlier_deadline_is_kept_too() {
        let timer = HeadTimer::default();
        let mut long = timer.sleep(SHORT * 1_000);
        assert!(!is_over(&mut long).await);
        drop(long);
        let started = timer.now();
        timer.sleep(SHORT).await;
        assert!((SHORT..SHORT * 500).contains(&(timer.now() - started)));
    }

    #[tokio::test]
    async fn those_who_wait_at_the_same_time_have_sleeps_of_their_own() {
        let timer = HeadTimer::default();
        let mut sleeps: Vec<_> = (1..=3).map(|factor| timer.sleep(SHORT * factor)).collect();
        for sleep in &mut sleeps {
            assert!(!is_over(sleep).await);
        }
        sleeps.remove(2).await;
        for sleep in &mut sleeps {
            assert!(is_over(sleep).await);
        }
    }
}
