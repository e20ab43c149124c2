//! Drives one call's future from lane to lane.
//!
//! The guest yields after each slice of fuel. The future is then polled again
//! by whoever owns it: nothing of the guest is lost or repeated, whatever
//! happens between two polls. When the slices fill the first tier, the call
//! gives its place back and waits for one in the slow lane, where it also makes
//! room between two slices when new calls need it.

use crate::lanes::{Lanes, Place};
use crate::running::Tracker;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

/// The wall deadline has passed.
pub struct PastWall;

enum Step<T> {
    Done(T),
    /// The call has to wait for a place in the slow lane.
    Wait,
    Deadline,
}

pub async fn drive<F: Future>(
    mut run: Pin<&mut F>,
    call: &Tracker,
    lanes: &Arc<Lanes>,
    mut place: Place,
    wall: Duration,
) -> Result<F::Output, PastWall> {
    let first = call.ladder.first();
    let mut slow = false;
    let mut clock = std::pin::pin!(tokio::time::sleep(wall));
    loop {
        let step = poll_fn(|context| {
            if let Poll::Ready(output) = run.as_mut().poll(context) {
                return Poll::Ready(Step::Done(output));
            }
            if clock.as_mut().poll(context).is_ready() {
                return Poll::Ready(Step::Deadline);
            }
            match call.count_slice() {
                Some(used) if !slow && used >= first => Poll::Ready(Step::Wait),
                Some(_) if slow && lanes.is_crowded() => Poll::Ready(Step::Wait),
                _ => Poll::Pending,
            }
        });
        match step.await {
            Step::Done(output) => return Ok(output),
            Step::Deadline => return Err(PastWall),
            Step::Wait => {
                slow = true;
                let since = Instant::now();
                call.set_waiting(true);
                drop(place);
                place = lanes.slow().await;
                call.set_waiting(false);
                let waited = since.elapsed();
                call.add_waited(waited);
                let deadline = clock.deadline() + waited;
                clock.as_mut().reset(deadline);
            }
        }
    }
}
