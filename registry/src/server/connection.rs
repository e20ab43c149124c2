//! Connections: how many, for how long, and their end.

use super::{State, router};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};
use tokio_io_timeout::TimeoutStream;

/// Bytes of a request's line and headers.
const MAX_HEAD: usize = 32 * 1024;
/// How long a server that was told to stop waits for its requests.
const GRACE: Duration = Duration::from_secs(10);

/// Accepts connections until told to stop, then waits for those that are there.
pub async fn accept(listener: TcpListener, state: Arc<State>, mut stop: oneshot::Receiver<()>) {
    let connections = Arc::new(Semaphore::new(state.options.max_connections));
    let graceful = GracefulShutdown::new();
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(state.options.header_timeout)
        .max_buf_size(MAX_HEAD);
    let app = router(Arc::clone(&state));
    loop {
        // First room, then the connection: what does not fit waits in the
        // system's queue and costs nothing here.
        let accepted = async {
            let room = Arc::clone(&connections).acquire_owned().await;
            (room, listener.accept().await)
        };
        let (room, accepted) = tokio::select! {
            _ = &mut stop => break,
            accepted = accepted => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Of this connection, or out of descriptors: neither ends the
                // server, and the latter must not make it spin.
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(state.options.write_timeout));
        let service = TowerToHyperService::new(app.clone());
        let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended: {error}");
            }
            drop(room);
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("stopped with requests unanswered");
    }
}
