//! Connections from outside: taken, limited, ended in order.
//!
//! A client that opens connections and says nothing, or its request a byte at a time, must not keep others out: the head of a request has to be
//! there in time, a connection that is kept for the next request waits no longer, and there are only so many, of all and of one address. What comes
//! after the head has its own limits (`web::body`); websockets and event streams live as long as their calls and pages.

mod arrival;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use domain::{Share, Shares};
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::arrival::Arrival;

/// Largest head of a request, in bytes: address, cookies and all.
const HEAD_BYTES: usize = 64 * 1024;
/// What the process keeps of its open files for the database, recordings and what it asks others.
const KEPT: u64 = 256;
/// How long it waits when the system gives no connection, for example because too many files are open.
const REST: Duration = Duration::from_millis(200);

/// How many connections, and how patient.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest time for the head of a request, from the moment that the connection could have brought it.
    pub head: Duration,
    /// Most connections at a time. Those after it wait with the system.
    pub all: usize,
    /// Most connections of one address (of one /64 network) at a time. Those after it are closed. None behind a proxy, whose address all have.
    pub address: Option<usize>,
}

impl Limits {
    /// For a process that may have so many files open, behind a proxy or not.
    pub fn new(open_files: u64, behind_proxy: bool) -> Self {
        let all = usize::try_from(open_files.saturating_sub(KEPT).max(64) * 3 / 4).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self { head: Duration::from_secs(30), all, address: (!behind_proxy).then_some((all / 4).max(32)) }
    }

    /// For this process, which first takes as many open files as the system lets it have.
    pub fn of_process(behind_proxy: bool) -> Self {
        Self::new(open_files(), behind_proxy)
    }
}

/// Serves until `stop`; then no new connection is taken, and those that are there end with what they are at. A request that is not whole and comes
/// no further is not waited for.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let (places, counts, connections) = (Arc::new(Semaphore::new(limits.all)), Shares::default(), TaskTracker::new());
    while let Some(place) = stop.run_until_cancelled(Arc::clone(&places).acquire_owned()).await {
        let Ok(place) = place else { break };
        let (stream, peer) = match stop.run_until_cancelled(listener.accept()).await {
            Some(Ok(accepted)) => accepted,
            Some(Err(error)) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(REST).await;
                continue;
            }
            None => break,
        };
        let Some(guest) = admit(&counts, peer.ip(), limits.address) else {
            metrics::counter!("closezly_connections_refused_total").increment(1);
            continue;
        };
        // Acks and events are small and awaited: they must not wait for more to send with.
        let _ = stream.set_nodelay(true);
        connections.spawn(serve_one(stream, peer, router.clone(), limits.head, stop.clone(), (place, guest)));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn serve_one(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    head: Duration,
    stop: CancellationToken,
    _held: (OwnedSemaphorePermit, Share<IpAddr>),
) {
    let (inner, arrival) = (TowerToHyperService::new(router), Arc::new(Arrival::default()));
    let service = service_fn(|request: Request<Incoming>| {
        let mut request = request.map(|body| arrival.begun(body));
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, arrival) = (inner.call(request), Arc::clone(&arrival));
        async move { answer.await.map(|answer| answer.map(|body| arrival.answered(body))) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(HEAD_BYTES);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection.as_mut() => ended,
                () = arrival.is_stuck() => return tracing::debug!(%peer, "the server stops, and a client's request is not whole"),
            }
        }
    };
    if let Err(error) = ended {
        // A client that went away, said nothing in time, or spoke something else.
        tracing::debug!(%peer, error = store::chain(&error), "a connection ended");
    }
}

/// One more of an address; none if it has as many as it may.
fn admit(counts: &Shares<IpAddr>, address: IpAddr, most: Option<usize>) -> Option<Share<IpAddr>> {
    let address = network(address);
    // Whoever is on this computer could do worse.
    counts.take(address, most.filter(|_| !address.is_loopback()))
}

/// What one client has for itself: an IPv4 address, or an IPv6 network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

/// How many files this process may have open, after it asked for as many as it can get.
#[cfg(unix)]
fn open_files() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // It stays as it is if the system doesn't agree.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX).min(1 << 20)
}

#[cfg(not(unix))]
fn open_files() -> u64 {
    8192
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    const QUICK: Limits = Limits { head: Duration::from_millis(300), all: 8, address: None };
    const LONG: Duration = Duration::from_secs(20);

    async fn start(limits: Limits) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let router = Router::new().route(
            "/",
            get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
                tokio::time::sleep(Duration::from_millis(600)).await;
                peer.ip().to_string()
            })
            .post(async |body: String| body),
        );
        (address, stop.clone(), tokio::spawn(serve(listener, router, limits, stop)))
    }

    /// What comes until the connection is closed.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut all = Vec::new();
        timeout(LONG, stream.read_to_end(&mut all)).await.unwrap().unwrap();
        String::from_utf8(all).unwrap()
    }

    const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    #[tokio::test]
    async fn whoever_says_nothing_or_half_a_request_or_no_further_one_is_let_go() {
        let (address, ..) = start(QUICK).await;
        for (said, answer) in [(&b""[..], ""), (b"GET / HT", ""), (b"GET / HTTP/1.1\r\nhost:", ""), (WHOLE, "127.0.0.1")] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(said).await.unwrap();
            let answered = rest(&mut stream).await;
            assert!(answered.ends_with(answer), "{answered}");
        }
    }

    #[tokio::test]
    async fn a_head_that_comes_a_byte_at_a_time_is_no_reason_to_wait() {
        let (address, ..) = start(QUICK).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let dripping = async {
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(LONG, dripping).await.unwrap();
    }

    #[tokio::test]
    async fn a_head_may_be_long_and_not_longer_than_64_kilobytes() {
        let (address, ..) = start(QUICK).await;
        let begun = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-long: ".to_vec();
        let head = |bytes: usize| [&begun[..], &vec![b'x'; bytes - begun.len()]].concat();
        for (said, status) in [([&head(60_000)[..], b"\r\n\r\n"].concat(), "200"), (head(HEAD_BYTES), "431")] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(&said).await.unwrap();
            let answered = rest(&mut stream).await;
            assert!(answered.starts_with(&format!("HTTP/1.1 {status} ")), "{answered}");
        }
    }

    #[tokio::test]
    async fn silent_connections_keep_nobody_out_for_long() {
        let (address, ..) = start(Limits { all: 4, ..QUICK }).await;
        let mut silent = Vec::new();
        for _ in 0..12 {
            silent.push(TcpStream::connect(address).await.unwrap());
        }
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        assert!(rest(&mut stream).await.ends_with("127.0.0.1"));
    }

    #[tokio::test]
    async fn what_is_under_way_is_answered_when_the_server_stops() {
        let (address, stop, serving) = start(QUICK).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(WHOLE).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        stop.cancel();
        assert!(rest(&mut stream).await.ends_with("127.0.0.1"));
        timeout(LONG, serving).await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn half_a_request_holds_no_stop_up() {
        const LIMITS: Limits = Limits { head: LONG, ..QUICK };
        let half_a_body = &b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf"[..];
        let half_a_chunk = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n4\r\nha";
        let half_a_second = &[b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi", &b"GET / HTTP/1.1\r\nho"[..]].concat();
        for said in [b"", &b"GET / HT"[..], half_a_body, half_a_chunk, half_a_second] {
            let (address, stop, serving) = start(LIMITS).await;
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(said).await.unwrap();
            tokio::time::sleep(Duration::from_millis(200)).await;
            stop.cancel();
            let words = String::from_utf8_lossy(said);
            timeout(Duration::from_secs(5), serving).await.unwrap_or_else(|_| panic!("{words}")).unwrap();
        }
    }

    #[tokio::test]
    async fn a_body_that_comes_slowly_is_waited_for() {
        let (address, stop, serving) = start(QUICK).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\n\r\n").await.unwrap();
        for letter in b"slowly" {
            tokio::time::sleep(Duration::from_millis(700)).await;
            stop.cancel();
            stream.write_all(&[*letter]).await.unwrap();
        }
        assert!(rest(&mut stream).await.ends_with("slowly"));
        timeout(LONG, serving).await.unwrap().unwrap();
    }

    #[test]
    fn an_address_has_a_share_and_gets_it_back() {
        let counts = Shares::default();
        let admit = |address: &str| admit(&counts, address.parse().unwrap(), Some(2));
        let (first, _second) = (admit("203.0.113.7").unwrap(), admit("::ffff:203.0.113.7").unwrap());
        assert!(admit("203.0.113.7").is_none());
        let _other = admit("203.0.113.8").unwrap();
        drop(first);
        assert!(admit("203.0.113.7").is_some());
        let _network = (admit("2001:db8::1").unwrap(), admit("2001:db8::2").unwrap());
        assert!(admit("2001:db8:0:0:ffff::3").is_none() && admit("2001:db8:0:1::").is_some());
        let here: Vec<_> = (0..9).filter_map(|_| admit("::1")).collect();
        assert_eq!(here.len(), 9);
    }

    #[test]
    fn there_are_always_some_places() {
        for (files, all, address) in [(0, 48, 32), (1024, 576, 144), (20_000, 14_808, 3702)] {
            let limits = Limits::new(files, false);
            assert_eq!((limits.all, limits.address), (all, Some(address)), "{files}");
            assert_eq!(Limits::new(files, true).address, None);
        }
        assert!(Limits::of_process(false).all >= 48);
    }
}
