//! A wire between a client and PostgreSQL that is cut at a chosen place.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// In a message to the server: the message arrives, its answer does not.
pub const LOSE_ANSWER: &str = "LOSE-THE-ANSWER";
/// In a message to the server: it does not arrive.
pub const LOSE_CALL: &str = "LOSE-THE-CALL";

/// Stands between clients and a server's socket.
pub struct Proxy {
    folder: tempfile::TempDir,
    database: String,
    /// How many more calls are to be lost, and how many answers.
    pub calls: Arc<AtomicU32>,
    pub answers: Arc<AtomicU32>,
}

fn take(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1)).is_ok()
}

fn close(both: [&UnixStream; 2]) {
    for stream in both {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

impl Proxy {
    /// None, and loudly so, where the server is not reached by a socket of this machine.
    pub fn before(address: &str) -> Option<Self> {
        let Some((socket, database)) =
            address.strip_prefix("postgres://postgres@%2F").and_then(|it| it.split_once('/'))
        else {
            eprintln!("SKIPPED: {address} is no socket, lost answers were not tested");
            return None;
        };
        let server = format!("/{}/.s.PGSQL.5432", socket.replace("%2F", "/"));
        let folder = tempfile::tempdir().unwrap();
        let proxy =
            Self { database: database.to_owned(), calls: Arc::default(), answers: Arc::default(), folder };
        let listener = UnixListener::bind(proxy.folder.path().join(".s.PGSQL.5432")).unwrap();
        let (calls, answers) = (proxy.calls.clone(), proxy.answers.clone());
        // It ends with the process: whoever connects later finds no folder.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = UnixStream::connect(&server).unwrap();
                let cut = Arc::new(AtomicBool::new(false));
                let (client2, server2, cut2) =
                    (client.try_clone().unwrap(), server.try_clone().unwrap(), cut.clone());
                let (calls, answers) = (calls.clone(), answers.clone());
                std::thread::spawn(move || forth(&client, &server, &cut, &calls, &answers));
                std::thread::spawn(move || back(&client2, &server2, &cut2));
            }
        });
        Some(proxy)
    }

    pub fn address(&self) -> String {
        let socket = self.folder.path().to_str().unwrap().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{}", self.database)
    }
}

fn forth(
    mut client: &UnixStream,
    mut server: &UnixStream,
    cut: &AtomicBool,
    calls: &AtomicU32,
    answers: &AtomicU32,
) {
    let mut bytes = vec![0; 1 << 20];
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        let has = |mark: &str| bytes[..count].windows(mark.len()).any(|it| it == mark.as_bytes());
        if has(LOSE_CALL) && take(calls) {
            break;
        }
        if has(LOSE_ANSWER) && take(answers) {
            cut.store(true, Ordering::SeqCst);
        }
        if server.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    close([client, server]);
}

fn back(mut client: &UnixStream, mut server: &UnixStream, cut: &AtomicBool) {
    let mut bytes = vec![0; 1 << 20];
    while let Ok(count @ 1..) = server.read(&mut bytes) {
        // The server answers once it is done: what it was told is committed.
        if cut.load(Ordering::SeqCst) || client.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    close([client, server]);
}
